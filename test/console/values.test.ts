import { expect, test } from 'vitest';
import { isRecord, parseExact } from '../../functions/console/data/exact-json.ts';
import { parseInputs } from '../../functions/console/new-run/parse-inputs.ts';
import { textOf, valueOf } from '../../functions/console/new-run/schema-fields.ts';
import { columnsOf } from '../../functions/console/run/columns.ts';
import { waitingReceivers } from '../../functions/console/callbacks/waiting-receivers.ts';
import type { CallbackRecord } from '../../shared/client/trireme.ts';

test.each([
  '9007199254740993',
  '-123456789012345678901234567890',
  '0.1234567890123456789',
  '1.0',
  '1.50',
  '1e400',
  '2E+3',
  '[{"id":12345678901234567890,"at":"2026-11-30T10:00:00.000Z","n":1.10}]',
])('%s is shown and sent as it was written', (text) => {
  expect(JSON.stringify(parseExact(text))).toBe(text);
});

test('what JavaScript holds stays an ordinary value', () => {
  const text = '{"a":1,"b":[0.5,-3,"1.0","x1e5"],"c":null,"d":"9007199254740993"}';
  expect(parseExact(text)).toEqual({ a: 1, b: [0.5, -3, '1.0', 'x1e5'], c: null, d: '9007199254740993' });
});

test('a large number is no object, neither as an input nor as a result', () => {
  expect(isRecord(parseExact('9007199254740993'))).toBe(false);
  expect(parseInputs('[9007199254740993]')).toMatchObject({ kind: 'fault' });
});

test('a large number that is typed into a form or a list of inputs is not rounded', () => {
  expect(JSON.stringify(valueOf('number', ' 9007199254740993'))).toBe('9007199254740993');
  expect(valueOf('number', '007')).toBe(7);
  expect(textOf(parseExact('9007199254740993'))).toBe('9007199254740993');
  expect(JSON.stringify(parseInputs('{"id":9007199254740993}\n{"id":2}'))).toContain(
    '{"id":9007199254740993},{"id":2}',
  );
});

test('results have the columns of their schema, else of their names, else one for the whole', () => {
  const schema = { type: 'object', properties: { id: { type: 'integer' } } };
  const shown = (of: object | undefined, results: readonly unknown[]) =>
    columnsOf(of as Record<string, unknown> | undefined, results).map(({ name, read }) => [name, ...results.map(read)]);
  expect(shown(schema, [{ id: 1, more: 2 }])).toEqual([['id', 1]]);
  expect(shown(undefined, [{ a: 1 }, { b: 2 }])).toEqual([
    ['a', 1, undefined],
    ['b', undefined, 2],
  ]);
  expect(shown(schema, ['text', 5])).toEqual([['Result', 'text', 5]]);
  expect(shown({}, [[1, 2]])).toEqual([['Result', [1, 2]]]);
});

test('receivers that fail are told by the callbacks that wait for them, those with the most first', () => {
  const record = (callbackUrl: string, more: Partial<CallbackRecord>) =>
    ({ status: 'PENDING', callback_url: callbackUrl, error: null, status_reason: null, ...more }) as CallbackRecord; // cast: what is read of it
  const error = { message: 'HTTP 503' } as CallbackRecord['error'];
  const late = '2030-01-01T00:09:00.000Z';
  const soon = '2030-01-01T00:01:00.000Z';
  const found = waitingReceivers([
    record('https://new.example/hook', {}),
    record('https://one.example/hook', { error, next_attempt_at: late }),
    record('https://two.example/hook?run=1', { status_reason: 'held', next_attempt_at: null, uid: 'a' }),
    record('https://two.example/hook?run=2', { error, next_attempt_at: late, uid: 'b' }),
    record('https://two.example/hook?run=3', { error, next_attempt_at: soon, uid: 'c' }),
    record('https://gone.example/hook', { error, status: 'FAILED' }),
  ]);
  expect(found.map(({ url, waiting, nextAt, example }) => [url, waiting, nextAt, example.uid])).toEqual([
    ['https://two.example/hook', 3, soon, 'b'],
    ['https://one.example/hook', 1, late, undefined],
  ]);
});
