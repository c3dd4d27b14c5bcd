import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { registerActions } from '../../functions/actions/index.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { ActionRegistryError, createRegistry } from '../../shared/sdk/action-registry.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

const good = {
  name: 'good',
  title: 'Good',
  description: 'For tests.',
  input: z.strictObject({}),
  result: z.object({}),
  run: async () => ({ results: [], nextCursor: null }),
};

/** An action of a definition no compiler has seen. */
function unchecked(changes: Readonly<Record<string, unknown>>): Action {
  return defineAction({ ...good, ...changes });
}

function faultsOf(files: Readonly<Record<string, Action>>): readonly string[] {
  try {
    createRegistry(files);
    return [];
  } catch (error) {
    if (error instanceof ActionRegistryError) return error.faults;
    throw error;
  }
}

describe('what is wrong with an action is told with file and field', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a slug with capitals', { name: 'Good' }, 'x.ts, name: "Good" must match'],
    ['a slug that ends in a dash', { name: 'good-' }, 'x.ts, name: "good-" must match'],
    ['a slug over 64 characters', { name: 'a'.repeat(65) }, 'at most 64 characters'],
    ['a missing title', { title: undefined }, 'x.ts, title: is missing'],
    ['a missing input', { input: undefined }, 'x.ts, input: is missing'],
    ['a missing run', { run: undefined }, 'x.ts, run: is missing'],
    ['no modes', { modes: [] }, 'x.ts, modes: must name at least one of live, async, schedule'],
    ['a mode there is not', { modes: ['batch'] }, 'x.ts, modes: '],
    ['a page size of nothing', { pageSize: 0 }, 'x.ts, pageSize: must be a whole number of at least 1'],
    ['a ceiling below the default', { maxResults: { default: 5, ceiling: 4 } }, 'x.ts, maxResults.ceiling: '],
    ['a default of nothing', { maxResults: { default: 0, ceiling: 4 } }, 'x.ts, maxResults.default: '],
    ['max results of one record', { returns: 'object', maxResults: { default: 1, ceiling: 1 } }, 'x.ts, maxResults: '],
    [
      'an example that it would refuse',
      { example: { input: { no: 1 }, result: {} } },
      'x.ts, example.input.no: unknown property',
    ],
    ['a secret of odd characters', { secrets: ['OK', 'a b'] }, 'x.ts, secrets[1]: "a b" must be'],
    ['a pace of no calls', { pace: { calls: 0, perMs: 1_000 } }, 'x.ts, pace.calls: must be a whole number'],
    ['a pace without a period', { pace: { calls: 1 } }, 'x.ts, pace.perMs: must be whole milliseconds from 1000 to'],
    ['a pace of over a day', { pace: { calls: 1, perMs: 86_400_001 } }, 'x.ts, pace.perMs: '],
    ['a gap over the period', { pace: { calls: 9, perMs: 1_000, minGapMs: 1_001 } }, 'x.ts, pace.minGapMs: '],
    ['a pace by a name', { pace: { calls: 1, perMs: 1_000, by: 'account' } }, 'x.ts, pace.by: must be a function'],
    ['a misspelt gap', { pace: { calls: 1, perMs: 1_000, minGap: 5 } }, 'x.ts, pace.minGap: is unknown; allowed here'],
    ['a pace that is a number', { pace: 5 }, 'x.ts, pace: must be { calls, perMs, minGapMs?, by? }'],
    ['half a millisecond a page', { typicalPage: { ms: 0.5 } }, 'x.ts, typicalPage.ms: must be a whole number'],
    ['a misspelt size of a page', { typicalPage: { bytes: 5 } }, 'x.ts, typicalPage.bytes: is unknown; allowed here'],
    ['a typical page that is a number', { typicalPage: 5 }, 'x.ts, typicalPage: must be { ms?, storedBytes? }'],
    ['no description', { description: '' }, 'x.ts, description: is missing'],
    ['a description that is no text', { description: 5 }, 'x.ts, description: must be a text'],
    ['a name that is no text', { name: 5 }, 'x.ts, name: must be a text'],
    ['a page size that is huge', { pageSize: 1e9 }, 'x.ts, pageSize: must be a whole number of at least 1, at most'],
    ['a field in another spelling', { page_size: 10 }, 'x.ts, page_size: is unknown; allowed here: name, title'],
    ['one mode without a list', { modes: 'live' }, 'x.ts, modes: must name at least one of'],
    ['a limit that is a number', { maxResults: 5 }, 'x.ts, maxResults: must be { default, ceiling }'],
    ['another way of paging', { pagesBy: 'number' }, "x.ts, pagesBy: must be 'cursor' or 'cursor_or_number'"],
    ['another kind of answer', { returns: 'array' }, "x.ts, returns: must be 'list' or 'object'"],
    ['an opt-in that is a text', { optIn: 'yes' }, 'x.ts, optIn: must be true or false'],
    ['one secret without a list', { secrets: 'TOKEN' }, 'x.ts, secrets: must be a list of names'],
    ['a secret in small letters', { secrets: ['token'] }, 'x.ts, secrets[0]: "token" must be capitals'],
    ['a pace that is no number', { pace: { calls: Number.NaN, perMs: 1_000 } }, 'x.ts, pace.calls: must be'],
    ['a pace without end', { pace: { calls: 1, perMs: Number.POSITIVE_INFINITY } }, 'x.ts, pace.perMs: must be'],
    ['a run that is no function', { run: 'x' }, 'x.ts, run: must be a function'],
    ['an input that is no schema', { input: { country: 'string' } }, 'x.ts, input: must be a schema of zod'],
    ['an input that is no object', { input: z.array(z.string()) }, 'x.ts, input: must be a z.strictObject'],
    ['custom_data among the input', { input: z.strictObject({ custom_data: z.int() }) }, 'x.ts, input: custom_data is'],
    [
      'one record that is none',
      { returns: 'object', result: z.string() },
      'x.ts, result: must be a schema of an object',
    ],
    ['an input that is not strict', { input: z.object({}) }, 'x.ts, input: must be a z.strictObject'],
    ['parameters that are not strict', { parameters: z.object({}) }, 'x.ts, parameters: must be a z.strictObject'],
    ['a parameter of the engine', { parameters: z.strictObject({ max_results: z.int() }) }, 'x.ts, parameters: '],
    [
      'a result JSON cannot hold',
      { result: z.object({ at: z.date() }) },
      'x.ts, result: cannot be written as JSON Schema',
    ],
    ['an input JSON cannot hold', { input: z.strictObject({ n: z.bigint() }) }, 'x.ts, input: cannot be written'],
  ])('%s', (_, changes, fault) => {
    expect(faultsOf({ 'x.ts': unchecked(changes) })).toEqual([expect.stringContaining(fault)]);
  });

  test('a name that two files use', () => {
    const files = { 'a.ts': unchecked({}), 'b.ts': unchecked({}) };
    expect(faultsOf(files)).toEqual(['b.ts, name: "good" is already the name of a.ts']);
  });

  test('a name that two of five files use', () => {
    const names = ['one', 'two', 'three', 'two', 'four'];
    const files = Object.fromEntries(names.map((name, at) => [`${at}.ts`, unchecked({ name })]));
    expect(faultsOf(files)).toEqual(['3.ts, name: "two" is already the name of 1.ts']);
  });

  test('every fault of every file at once', () => {
    const files = { 'a.ts': unchecked({ name: 'A', pageSize: -1 }), 'b.ts': unchecked({ modes: [] }) };
    expect(faultsOf(files)).toHaveLength(3);
  });

  test('a file that exports no action', () => {
    // cast: what a wrong import gives when nothing checks it
    const files = { 'a.ts': undefined as unknown as Action };
    expect(faultsOf(files)).toEqual(['a.ts: exports no action made by defineAction']);
  });
});

describe('what is offered', () => {
  const files = { 'a.ts': unchecked({ name: 'b-second' }), 'b.ts': unchecked({ name: 'a-first', optIn: true }) };

  test('an opt-in action only where it is named', () => {
    expect(
      createRegistry(files)
        .list()
        .map(({ name }) => name),
    ).toEqual(['b-second']);
    expect(createRegistry(files).get('a-first')).toBe(null);
    const registry = createRegistry(files, { offered: ['a-first'] });
    expect(registry.list().map(({ name }) => name)).toEqual(['a-first', 'b-second']);
    expect(registry.get('a-first')).toBe(files['b.ts']);
  });

  test('a setting that names no action is told with those there are', () => {
    expect(() => createRegistry(files, { offered: ['c'] })).toThrow(
      'settings, offered: there is no action "c"; there are a-first, b-second',
    );
  });

  test('the actions of this deployment are sound, http-request by name only', () => {
    const names = registerActions([])
      .list()
      .map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['extract-json-api', 'search-cities']));
    expect(names).not.toContain('http-request');
    expect(registerActions(['http-request']).get('http-request')).not.toBe(null);
  });
});
