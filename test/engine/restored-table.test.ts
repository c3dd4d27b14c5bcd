import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineAction } from '../../shared/sdk/define-action.ts';
import type { Item } from '../../shared/storage/attributes.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';

const MINUTE_MS = 60_000;
const INPUTS = 30;
const PAGES = 4;

test('a table that is put back to an earlier moment, its queues emptied, ends a run with every page once', async () => {
  let calls = 0;
  const backups: Promise<readonly Item[]>[] = [];
  const action = defineAction({
    name: 'four-pages',
    title: 'Four pages',
    description: 'Gives four pages of one result.',
    input: z.strictObject({ n: z.int() }),
    result: z.object({ n: z.int(), page: z.int() }),
    async run({ input: { n }, cursor }) {
      const page = Number(cursor ?? 0);
      calls += 1;
      if (calls === (INPUTS * PAGES) / 2) backups.push(harness.everything().then(({ items }) => items));
      return { results: [{ n, page }], nextCursor: page + 1 < PAGES ? String(page + 1) : null };
    },
  });
  const harness = createEngineHarness({ actions: [action] });
  const { uid } = (await harness.launch({ inputs: Array.from({ length: INPUTS }, (_, n) => ({ n })) })).control;
  const read = () => harness.ports.runs.readControl(uid);
  const done = { status: 'SUCCEEDED', totals: { succeeded: INPUTS, outputs: INPUTS * PAGES } };
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(await read()).toMatchObject(done);
  const delivered = new Set(harness.posted.map(({ headers }) => headers['webhook-id']));

  const [backup = []] = await Promise.all(backups);
  await harness.replaceItems(backup);
  harness.loseQueued();
  expect(await read()).toMatchObject({ status: 'RUNNING' });
  await harness.runUntil(START + 120 * MINUTE_MS);
  expect(await read()).toMatchObject(done);
  expect(calls).toBeLessThan(2 * INPUTS * PAGES);
  // What is delivered once more has the id that it had: a receiver holds nothing twice.
  expect(new Set(harness.posted.map(({ headers }) => headers['webhook-id']))).toEqual(delivered);
});
