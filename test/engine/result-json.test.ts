import { expect, test } from 'vitest';
import * as z from 'zod';
import { parseLosslessJson } from '../../shared/domain/lossless-json.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';

/** Gives one result, whatever it is; counts its calls. */
async function runGiving(result: unknown, schema: z.ZodType = z.looseObject({})) {
  let calls = 0;
  const giver = defineAction({
    name: 'giver',
    title: 'Giver',
    description: 'Gives what it is made with.',
    input: z.strictObject({}),
    result: schema,
    run: async () => {
      calls += 1;
      return { results: [result], nextCursor: null };
    },
  });
  const harness = createEngineHarness({ actions: [giver] });
  const { definition } = await harness.launch({ inputs: [{}] });
  await harness.runUntil(START + 5 * 60_000);
  const control = await harness.ports.runs.readControl(definition.uid);
  const page = await harness.ports.progress.readPage(definition.uid, 0, 0);
  return { harness, calls, control, page };
}

const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let level = 1; level < levels; level += 1) value = { deeper: value };
  return value;
};
const cyclic: Record<string, unknown> = {};
cyclic['self'] = { again: cyclic };

test.each([
  ['nests 9,000 levels deep', nested(9_000), 'results[0]: objects and lists nest deeper than 32 levels'],
  ['nests 500,000 levels deep', nested(500_000), 'deeper than 32 levels'],
  ['nests a level too deep', nested(33), 'deeper than 32 levels'],
  ['holds itself', cyclic, 'deeper than 32 levels'],
  ['nests too deep by its toJSON', { at: { toJSON: () => nested(32) } }, 'deeper than 32 levels'],
  [
    'names __proto__',
    JSON.parse('{"a":[{"__proto__":1}]}'),
    'results[0].a[0].__proto__: is not allowed as a property name',
  ],
  ['has a bigint', { id: 738529527931269425n }, 'results[0].id: is a bigint'],
])('a result that %s fails its input at once, and says where', async (_, result, message) => {
  const { harness, calls, control } = await runGiving(result);
  expect(control).toMatchObject({ status: 'FAILED', lastError: { error_label: 'ACTION_FAILED' } });
  expect(control?.lastError?.message).toContain(message);
  expect(calls).toBe(1);
  expect(harness.posted.map(({ body }) => JSON.parse(body).type)).toEqual(['run.input_failed', 'run.finished']);
});

test('a result at the edge of depth is kept, and a Date as its text', async () => {
  const result = { a: nested(31), at: new Date(0) };
  expect((await runGiving(result)).page?.results).toEqual([JSON.parse(JSON.stringify(result))]);
});

test('numbers that no double holds are stored and posted as the action gave them', async () => {
  const text = '{"id":738529527931269425,"list":[1e400,{"small":0.1000000000000000055}]}';
  const { harness, page } = await runGiving(parseLosslessJson(text));
  expect(JSON.stringify(page?.results)).toBe(`[${text}]`);
  expect(harness.posted.map(({ body }) => body).join('\n')).toContain(`"results":[${text}]`);
});

test('one that its result schema wants as a number fails the input by path', async () => {
  const result = parseLosslessJson('{"id":738529527931269425}');
  const { control } = await runGiving(result, z.object({ id: z.number() }));
  expect(control?.lastError).toMatchObject({ error_label: 'ACTION_FAILED' });
  expect(control?.lastError?.message).toContain(
    'results[0].id: the number 738529527931269425 cannot be represented exactly',
  );
});
