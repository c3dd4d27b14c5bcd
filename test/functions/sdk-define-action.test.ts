import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Permanent } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { runPage } from '../support/walk-action.ts';

const action = defineAction({
  name: 'sample',
  title: 'Sample',
  description: 'For tests.',
  maxResults: { default: 20, ceiling: 100 },
  secrets: ['TOKEN', 'API_*'],
  input: z.strictObject({ keys: z.array(z.strictObject({ id: z.int() })), depth: z.int().default(2) }),
  parameters: z.strictObject({ lang: z.enum(['de', 'en']).default('en') }),
  result: z.object({ seen: z.unknown() }),
  run: async ({ input, parameters, secret }) => ({
    // cast: the type would refuse a name that is not declared; what is tried here is the check at run time
    results: [{ seen: [input, parameters, await secret((input.keys[0]?.id === 1 ? 'OTHER' : 'API_X') as 'TOKEN')] }],
    nextCursor: null,
  }),
});

describe('an action reads what callers write', () => {
  test('defaults are filled in, and run sees them', async () => {
    const { results } = await runPage(action, { keys: [] }, {}, { secrets: { API_X: 's' } });
    expect(results).toEqual([{ seen: [{ keys: [], depth: 2 }, { lang: 'en', max_results: 20 }, 's'] }]);
  });

  test('an unknown property is named by its path, with what its place allows', () => {
    expect(action.parseInput({ keys: [{ id: 1 }, { id: 2, 'x-y': 3 }], deep: 1 })).toEqual({
      ok: false,
      errors: [
        { path: 'keys[1]["x-y"]', message: 'unknown property; allowed here: id' },
        { path: 'deep', message: 'unknown property; allowed here: keys, depth' },
      ],
    });
  });

  test('parameters may be absent and are refused when they are no object', () => {
    const usual = { ok: true, value: { lang: 'en', max_results: 20 } };
    expect(action.parseParameters(undefined)).toEqual(usual);
    expect(action.parseParameters(null)).toEqual(usual);
    expect(action.parseParameters([])).toMatchObject({ ok: false, errors: [{ path: '' }] });
    expect(action.parseParameters('x')).toMatchObject({ ok: false, errors: [{ path: '' }] });
  });

  test.each([0, 101, 1.5, '5', null])('max_results %o is refused with its bounds', (max_results) => {
    expect(action.parseParameters({ max_results })).toEqual({
      ok: false,
      errors: [{ path: 'max_results', message: 'must be a whole number from 1 to 100' }],
    });
  });

  test('every fault of the parameters is told at once, max_results among what is allowed', () => {
    expect(action.parseParameters({ max_results: 0, lang: 'fr', page_size: 5 })).toMatchObject({
      ok: false,
      errors: [
        { path: 'lang' },
        { path: 'page_size', message: 'unknown property; allowed here: lang, max_results' },
        { path: 'max_results' },
      ],
    });
  });

  test('an object action has no max_results', () => {
    const one = defineAction({
      name: 'one',
      title: 'One',
      description: 'One record.',
      returns: 'object',
      input: z.strictObject({}),
      result: z.object({}),
      run: async () => ({ results: [{}], nextCursor: null }),
    });
    expect(one.parseParameters({ max_results: 1 })).toMatchObject({ ok: false, errors: [{ path: 'max_results' }] });
    expect(one.parametersSchema).toMatchObject({ properties: {}, additionalProperties: false });
  });
});

test('the schemas say what a caller may write and will get', () => {
  expect(action.inputSchema).toMatchObject({ required: ['keys'], properties: { depth: { default: 2 } } });
  expect(action.parametersSchema).toMatchObject({
    properties: { lang: { default: 'en' }, max_results: { minimum: 1, maximum: 100, default: 20 } },
    additionalProperties: false,
  });
  expect(JSON.parse(JSON.stringify(action))).toMatchObject({ name: 'sample', resultSchema: { type: 'object' } });
});

test('parameters that are a union take max_results in each of its members', () => {
  const union = defineAction({
    name: 'union',
    title: 'Union',
    description: 'For tests.',
    input: z.strictObject({}),
    parameters: z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('a'), a: z.int() }),
      z.strictObject({ by: z.literal('b') }),
    ]),
    result: z.object({}),
    run: async () => ({ results: [], nextCursor: null }),
  });
  expect(union.findFaults()).toEqual([]);
  expect(union.parseParameters({ by: 'a', a: 1, max_results: 5 })).toEqual({
    ok: true,
    value: { by: 'a', a: 1, max_results: 5 },
  });
  const member = { properties: { max_results: { maximum: 10_000 } } };
  expect(union.parametersSchema).toMatchObject({ oneOf: [member, member] });
});

test('a result is held to its schema and loses what the schema does not name', () => {
  const { parseResult } = defineAction({
    name: 'result',
    title: 'Result',
    description: 'For tests.',
    input: z.strictObject({}),
    result: z.object({ place: z.object({ lat: z.number() }) }),
    run: async () => ({ results: [], nextCursor: null }),
  });
  expect(parseResult({ place: { lat: 1 }, more: true })).toEqual({ ok: true, value: { place: { lat: 1 } } });
  expect(parseResult({ place: { lat: '1' } })).toMatchObject({ ok: false, errors: [{ path: 'place.lat' }] });
});

test('a secret that is not declared is not read, whatever the types were told', async () => {
  const page = runPage(action, { keys: [{ id: 1 }] }, {}, { secrets: { OTHER: 'hidden' } });
  await expect(page).rejects.toBeInstanceOf(Permanent);
  await expect(page).rejects.toThrow('The secret OTHER is not among those the action declares: TOKEN, API_*');
});
