import { expect, test } from 'vitest';
import * as z from 'zod';
import { outputFormat } from '../../functions/endpoints/output-formats.ts';
import { parseLosslessJson } from '../../shared/domain/lossless-json.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

/** The CSV of rows whose action has such a result. */
function csvOf(result: z.ZodType, rows: readonly unknown[], withEnvelope = false): string {
  const action = defineAction({
    name: 'some',
    title: 'Some',
    description: 'Some.',
    input: z.strictObject({}),
    result,
    run: () => Promise.reject(new Error('It is not run.')),
  });
  const { head, line } = outputFormat('text/csv', action.resultSchema, withEnvelope);
  return head + rows.map(line).join('');
}

test.each([
  ['a loose object', z.looseObject({})],
  ['anything', z.unknown()],
  ['a record', z.record(z.string(), z.unknown())],
  ['a union', z.union([z.object({ id: z.int() }), z.object({ a: z.string() })])],
])('a result that declares no properties (%s) is one column of JSON', (_, result) => {
  expect(csvOf(result, [{ id: 1 }, { a: '=x' }, {}])).toBe('result\r\n"{""id"":1}"\r\n"{""a"":""=x""}"\r\n{}\r\n');
});

test('what a loose schema does not name comes in a last column', () => {
  const rows = [{ id: 1, b: 2, a: [3] }, { id: 4 }];
  const loose = z.looseObject({ id: z.int() });
  expect(csvOf(loose, rows)).toBe('id,additional_properties\r\n1,"{""b"":2,""a"":[3]}"\r\n4,\r\n');
  expect(csvOf(z.object({ id: z.int() }).catchall(z.unknown()), rows)).toBe(csvOf(loose, rows));
  expect(csvOf(z.strictObject({ id: z.int() }), [{ id: 1 }])).toBe('id\r\n1\r\n');
});

test('with envelopes too', () => {
  const [head, line] = csvOf(z.looseObject({ id: z.int() }), [{ result: { id: 1, b: 2 } }], true).split('\r\n');
  expect(head).toMatch(/,result\.id,result\.additional_properties$/);
  expect(line).toMatch(/,1,"\{""b"":2\}"$/);
});

test('numbers that no double holds are written as they were', () => {
  const row = parseLosslessJson('{"id":738529527931269425,"low":-1e400,"more":9007199254740993}');
  const schema = z.looseObject({ id: z.unknown(), low: z.unknown() });
  expect(csvOf(schema, [row])).toBe(
    'id,low,additional_properties\r\n738529527931269425,-1e400,"{""more"":9007199254740993}"\r\n',
  );
  expect(csvOf(z.unknown(), [row, parseLosslessJson('1e400')])).toContain('\r\n1e400\r\n');
  const { line } = outputFormat('application/x-ndjson', null, false);
  expect(line(row)).toBe('{"id":738529527931269425,"low":-1e400,"more":9007199254740993}\n');
});
