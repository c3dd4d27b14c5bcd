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
});

test('a text of blank lines has no line', () => {
  for (const text of ['', '\n', '\uFEFF', '\r\n\r\n', ' \n\t']) expect(linesOf(text, 1)).toEqual([]);
});

test('blank lines are counted and left out, wherever chunks are cut', () => {
  const text = '\n\r\n \t\r\n\n{"a":1}\n \n\r\n\r\r\n  {"b":2} \n\t\n';
  for (let chunkBytes = 1; chunkBytes <= text.length + 1; chunkBytes += 1) {
    const lines = linesOf(text, chunkBytes);
    expect(lines.map((line) => [line.number, textOf(line)])).toEqual([
      [5, '{"a":1}'],
      [8, '\r'],
      [9, '  {"b":2} '],
    ]);
  }
});

test('only at the very start it is a byte order mark', () => {
  expect(linesOf('\n\uFEFF{}\n', 3).map(textOf)).toEqual(['\uFEFF{}']);
});
