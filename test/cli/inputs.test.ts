import { describe, expect, it } from 'vitest';
import { jsonOf, objectOf } from '../../shared/cli/fields.ts';
import { linesOfCsv } from '../../shared/cli/read-inputs.ts';

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

  it.each(['text', '=x', 'list=[', 'text:={'])('%s is refused', (word) => {
    expect(() => objectOf([word], SCHEMA)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('a CSV of inputs', () => {
  it('has quotes, commas, lines and empty cells as RFC 4180 and spreadsheets write them', () => {
    const csv = '\uFEFFtext,count,custom_data.row\r\n"a ""b"", c\r\nd",1,7\r\n\r\n,,\r\nx';
    expect(linesOfCsv(csv, SCHEMA).split('\n')).toEqual([
      String.raw`{"text":"a \"b\", c\r\nd","count":1,"custom_data":{"row":"7"}}`,
      '{}',
      '{"text":"x"}',
      '',
    ]);
  });

  it.each([
    ['text\n"a', 'a quote without its end, in line 2'],
    ['text\n"a"b', 'text after a quoted value, in line 2'],
    ['text\n"a\nb"\nc"', 'a quote within a value'],
    ['text,text\na,b', 'The first line of the CSV names text twice'],
    ['text\na,b', 'Row 1 of the CSV has 2 values; its first line names 1'],
  ])('%j is refused: %s', (csv, message) => {
    expect(() => linesOfCsv(csv, SCHEMA)).toThrow(message);
  });
});
