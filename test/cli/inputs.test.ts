import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { jsonOf, objectOf } from '../../shared/cli/fields.ts';
import { inputsOfCsv, readInputs } from '../../shared/cli/read-inputs.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    flag: { type: ['boolean', 'null'] },
    either: { anyOf: [{ type: 'number' }, { type: 'string' }] },
    list: { type: 'array' },
  },
};

describe('a field written without quotes', () => {
  it.each([
    ['text', '007', '"007"'],
    ['count', '12', '12'],
    ['count', '12345678901234567890', '12345678901234567890'],
    ['count', '0x1f', '"0x1f"'],
    ['flag', 'true', 'true'],
    ['flag', 'null', 'null'],
    ['flag', 'yes', '"yes"'],
    ['either', '5', '"5"'],
    ['list', '[1]', '[1]'],
    ['unknown', '5', '"5"'],
  ])('%s %s is %s, by the schema', (name, text, json) => {
    expect(jsonOf(name, text, SCHEMA)).toBe(json);
  });

  it('is as it is written after :=, and may have any character after =', () => {
    expect(objectOf(['text:=5', 'either=a=b\nc', '__proto__=x'], SCHEMA)).toEqual(
      Object.fromEntries([
        ['text', 5],
        ['either', 'a=b\nc'],
        ['__proto__', 'x'],
      ]),
    );
  });

  it('keeps the digits of numbers', () => {
    const given = objectOf(['count=12345678901234567890', 'list=[9007199254740993,1.50]', 'x:=1e400'], SCHEMA);
    expect(JSON.stringify(given)).toBe('{"count":12345678901234567890,"list":[9007199254740993,1.50],"x":1e400}');
  });

  it.each(['text', '=x', 'list=[', 'text:={'])('%s is refused', (word) => {
    expect(() => objectOf([word], SCHEMA)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

/** The lines of a CSV as JSON, and the place of a path. */
const read = (csv: string) => inputsOfCsv(csv, 'in.csv', SCHEMA);

describe('a CSV of inputs', () => {
  it('has quotes, commas, lines and empty cells as RFC 4180 and spreadsheets write them, each in its own line', () => {
    const csv = 'text,count,custom_data.row\r\n"a ""b"", c\r\nd",1,7\r\n\r\n,,\r\nx';
    expect(read(csv).lines.split('\n')).toEqual([
      '',
      String.raw`{"text":"a \"b\", c\r\nd","count":1,"custom_data":{"row":"7"}}`,
      '',
      '',
      '{}',
      '{"text":"x"}',
      '',
    ]);
  });

  it.each([
    ['semicolons', 'text;count;list\na,b;1;[1,2]'],
    ['tabs', 'text\tcount\tlist\na,b\t1\t[1,2]'],
    ['semicolons after a quoted comma', '"text";"count";"list";"a,b"\na,b;1;[1,2];'],
    ['lines that end in CR', 'text,count,list\r"a,b",1,"[1,2]"\r'],
    ['columns without a name that are empty', 'text,count,list,,\n"a,b",1,"[1,2]",,\n'],
    ['more cells than names, which are empty', 'text,count,list\n"a,b",1,"[1,2]",,\n'],
  ])('may have %s', (_, csv) => {
    expect(read(csv).lines.trim()).toBe('{"text":"a,b","count":1,"list":[1,2]}');
  });

  it.each([
    ['text\n"a', 'in.csv, line 2, begins a quote that never ends: "a'],
    ['text\n\n"a"b', 'in.csv, line 3, has text after the quoted value "a"'],
    ['text\n"a\nb"\nc"', 'in.csv, line 4, has a quote within the value c"'],
    ['text,text\na,b', 'in.csv, line 1, names the column text twice'],
    ['text\na,b', 'in.csv, line 2, has the value b in a column that the first line does not name'],
    ['text,\na,b', 'in.csv, line 2, has the value b in a column that the first line does not name'],
    ['text,list\n"a\nb",[1]\nc,[', 'in.csv, line 4, column list must be JSON'],
  ])('%j is refused: %s', (csv, message) => {
    expect(() => read(csv)).toThrow(message);
  });

  it('tells the beginning of a value, however long it is, and takes a first line of any length', () => {
    expect(() => read(`text\n${'c'.repeat(100_000)}"`)).toThrow(
      `has a quote within the value ${'c'.repeat(30)}…: quote the whole value and double the quote`,
    );
    expect(read('a'.repeat(16_000_000)).lines).toBe('');
  });

  it('says of a path of the API where that is, and what stands there', () => {
    const { placeOf } = read('text;count;custom_data.a b;x y\n\n"1\n2";many;3;z\n4;5\n');
    expect(placeOf('inputs[0].count')).toBe('in.csv, line 3, column count, value many');
    expect(placeOf('inputs[0].custom_data["a b"]')).toBe('in.csv, line 3, column custom_data.a b, value 3');
    expect(placeOf('inputs[0].["x y"]')).toBe('in.csv, line 3, column x y, value z');
    expect(placeOf('inputs[1].list')).toBe('in.csv, line 5, list');
    expect(placeOf('inputs[1]')).toBe('in.csv, line 5');
    expect(placeOf('parameters.a')).toBe('parameters.a');
  });

  it('keeps the digits of numbers, in JSON too', () => {
    const [, line = ''] = read('count,list\n12345678901234567890,"[0.10, 9007199254740993]"').lines.split('\n');
    expect(line).toBe('{"count":12345678901234567890,"list":[0.10,9007199254740993]}');
  });
});

describe('a file of inputs', () => {
  const bytesOf = (text: string, encoding: BufferEncoding): Buffer => Buffer.from(text, encoding);

  it.each([
    ['in.csv', bytesOf('\uFEFFtext\na', 'utf8'), '\n{"text":"a"}\n'],
    ['in.ndjson', bytesOf('\uFEFF{"text":"a"}', 'utf8'), '{"text":"a"}'],
  ])('%s may begin with a byte order mark', async (name, bytes, lines) => {
    expect((await readInputs(fileOf(name, bytes), undefined, SCHEMA)).lines).toBe(lines);
  });

  it.each([
    ['latin1.csv', bytesOf('text\na\nS\u00e3o\n', 'latin1'), 3],
    ['utf16.csv', bytesOf('\uFEFFtext\na\n', 'utf16le'), 1],
    ['cut.ndjson', Buffer.from([0x7b, 0x0a, 0xff]), 2],
  ])('%s that is not UTF-8 is refused by its line', async (name, bytes, line) => {
    const file = fileOf(name, bytes);
    await expect(readInputs(file, undefined, SCHEMA)).rejects.toThrow(`${file} is not UTF-8, from line ${line} on`);
  });

  it('of lines says where an input is', async () => {
    const file = fileOf('lines.ndjson', Buffer.from('\n{"text":"a"}\r\n\n{"text":1}'));
    const { placeOf } = await readInputs(file, undefined, SCHEMA);
    expect(placeOf('inputs[1].text')).toBe(`${file}, line 4, text`);
    expect(placeOf('inputs[7]')).toBe('inputs[7]');
  });
});

function fileOf(name: string, bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'trireme-inputs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}
