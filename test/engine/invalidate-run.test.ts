import { expect, test } from 'vitest';
import * as z from 'zod';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const GOOD = { pages: 2, per_page: 1 };
const ONE = [GOOD];
const TWO = [GOOD, GOOD];

/** A deployment whose action is gone. */
function withoutAction(harness: EngineHarness): void {
  Object.assign(harness.ports, { actions: createRegistry({}) });
}

/** A deployment whose action asks for a parameter that it did not know. */
function withStricterAction(harness: EngineHarness): void {
  const stricter = defineAction({
    name: 'numbered-pages',
    title: 'Numbered pages',
    description: 'Asks for more than it did.',
    pageSize: 10,
    maxResults: { default: 1_000, ceiling: 1_000_000 },
    input: z.strictObject({}),
    parameters: z.strictObject({ region: z.string() }),
    result: z.looseObject({}),
    run: async () => ({ results: [], nextCursor: null }),
  });
  Object.assign(harness.ports, { actions: createRegistry({ 'numbered-pages.ts': stricter }) });
}

const finished = (harness: EngineHarness) =>
  harness.posted.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'run.finished');

test.each([
  ['one input', ONE, withoutAction, 'ACTION_NOT_FOUND'],
  ['several inputs', TWO, withoutAction, 'ACTION_NOT_FOUND'],
  ['one input', ONE, withStricterAction, 'BAD_PARAMETERS'],
  ['several inputs', TWO, withStricterAction, 'BAD_PARAMETERS'],
])(
  'a postponed run of %s whose action changed meanwhile is INVALID at its start and says so',
  async (_, inputs, deploy, label) => {
    const actions = createSampleActions();
    const harness = createEngineHarness({ actions: [actions.numberedPages] });
    const { definition } = await harness.launch({ inputs, scheduleAt: START + 60 * MINUTE_MS });
    await harness.runUntil(START + 30 * MINUTE_MS);
    deploy(harness);
    await harness.runUntil(START + 90 * MINUTE_MS);
    const control = await harness.ports.runs.readControl(definition.uid);
    expect(control).toMatchObject({
      status: 'INVALID',
      lastError: { error_label: label },
      totals: { failed: inputs.length },
      finishedAt: expect.any(Number),
    });
    expect(finished(harness)).toMatchObject([
      { run: { status: 'INVALID' }, error: { error_label: label }, manifest: { inputs: inputs.length, callbacks: 1 } },
    ]);
    expect(harness.posted).toHaveLength(1);
    expect(actions.calls).toHaveLength(0);
    expect(await harness.ports.admission.listSlots(definition.workspaceUid)).toEqual([]);
  },
);

test.each([
  ['one input', ONE],
  ['several inputs', TWO],
])('a run of %s whose action is gone between its 202 and its first page is INVALID', async (_, inputs) => {
  const harness = createEngineHarness({ actions: [createSampleActions().numberedPages] });
  const { definition } = await harness.launch({ inputs });
  withoutAction(harness);
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({
    status: 'INVALID',
    lastError: { error_label: 'ACTION_NOT_FOUND' },
  });
});

test('a run that waits in line is INVALID when its turn comes, and the line goes on', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages, actions.oneRecord] });
  const waiting = { ...GOOD, fail_at: 0, fail_kind: 'rate_limited', times: 1, until: START + 50_000 };
  for (let run = 0; run < 10; run += 1) await harness.launch({ inputs: [waiting, waiting] });
  await harness.runUntil(START + 5_000);
  const { definition } = await harness.launch({ inputs: TWO });
  const next = await harness.launch({ actionName: 'one-record', inputs: [{ key: 'a' }, { key: 'b' }] });
  await harness.runUntil(START + 10_000);
  expect((await harness.ports.runs.readControl(definition.uid))?.status).toBe('BLOCKED');
  Object.assign(harness.ports, { actions: createRegistry({ 'one-record.ts': actions.oneRecord }) });
  await harness.runUntil(START + 30 * MINUTE_MS);
  expect((await harness.ports.runs.readControl(definition.uid))?.status).toBe('INVALID');
  expect((await harness.ports.runs.readControl(next.definition.uid))?.status).toBe('SUCCEEDED');
});

test('a run that has begun goes on: its inputs fail one by one and keep what they gave', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const until = START + 30_000;
  const waiting = { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', times: 1, until };
  const { definition } = await harness.launch({ inputs: [waiting, waiting] });
  await harness.runUntil(START + 10_000);
  withoutAction(harness);
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({
    status: 'PARTIAL_SUCCEEDED',
    totals: { failed: 2, outputs: 2 },
    lastError: { error_label: 'ACTION_NOT_FOUND' },
  });
});
