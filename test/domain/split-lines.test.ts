import { expect, test } from 'vitest';
import { createLineSplitter, type Line } from '../../shared/domain/split-lines.ts';

/** The lines of a text that comes in chunks of so many bytes. */
function linesOf(text: string | Uint8Array, chunkBytes: number, maxBytes = 32 * 1024): readonly Line[] {
  const bytes = Buffer.from(text);
  const splitter = createLineSplitter(maxBytes);
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    lines.push(...splitter.push(bytes.subarray(at, at + chunkBytes)));
  }
  return [...lines, ...splitter.end()];
}

const textOf = ({ bytes }: Line): string | null => (bytes === null ? null : Buffer.from(bytes).toString());

test('lines are the same wherever chunks are cut, also within a character', () => {
  const text = '\uFEFF{"a":"ä€😀"}\r\n\n  \t\r\n{"b":2}\n{"c":"日本"}';
  for (let chunkBytes = 1; chunkBytes <= Buffer.byteLength(text) + 1; chunkBytes += 1) {
    const lines = linesOf(text, chunkBytes);
    expect(lines.map(textOf)).toEqual(['{"a":"ä€😀"}', '{"b":2}', '{"c":"日本"}']);
    expect(lines.map(({ number }) => number)).toEqual([1, 4, 5]);
  }
});

test('a line says where it lies in the text', () => {
  const text = Buffer.from('\uFEFF{"a":"ä"}\r\n\n{"b":2}\n  {"c":3} ');
  for (const { offset, size, bytes } of linesOf(text, 7)) {
    const there = text.subarray(offset, offset + size).toString();
    expect(there.replace(/^\uFEFF|\r$/g, '').replace(/\r$/, '')).toBe(Buffer.from(bytes ?? []).toString());
  }
});

test('a line of the greatest length is kept, one byte more is not', () => {
  const long = 'x'.repeat(100);
  for (const end of ['', '\n', '\r\n']) {
    expect(linesOf(`${long}${end}`, 33, 100).map(textOf)).toEqual([long]);
    expect(linesOf(`\uFEFF${long}${end}`, 33, 100).map(textOf)).toEqual([long]);
    expect(linesOf(`${long}x${end}{}`, 33, 100).map(textOf)[0]).toBeNull();
  }
});

test('a line of 33 KB is told as too long and the next one is right', () => {
  const lines = linesOf(`{"a":1}\n${'x'.repeat(33 * 1024)}\n{"b":2}\n`, 1_000);
  expect(lines.map(textOf)).toEqual(['{"a":1}', null, '{"b":2}']);
  expect(lines.map(({ offset, size }) => [offset, size])).toEqual([
    [0, 7],
    [8, 33 * 1024],
    [8 + 33 * 1024 + 1, 7],
  ]);
});

test('a text of blank lines has no line', () => {
  for (const text of ['', '\n', '\uFEFF', '\r\n\r\n', ' \n\t']) expect(linesOf(text, 1)).toEqual([]);
});

test('a part of a text has the lines that the whole has there', () => {
  const text = '{"a":1}\n\n\uFEFF{"b":2}\n{"c":3}';
  const [, second] = linesOf(text, 100);
  const from = { number: second?.number ?? 0, offset: second?.offset ?? 0 };
  const part = createLineSplitter(100, from);
  const lines = [...part.push(Buffer.from(text).subarray(from.offset)), ...part.end()];
  expect(lines).toEqual(linesOf(text, 100).slice(1));
  expect(lines.map(textOf)[0]).toBe('\uFEFF{"b":2}'); // only at the very start it is a mark
});
