import { expect, test } from 'vitest';
import * as z from 'zod';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineWorld, type EngineWorld, START } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const GOOD = { pages: 2, per_page: 1 };
const ONE = [GOOD];
const TWO = [GOOD, GOOD];

/** A deployment whose action is gone. */
function withoutAction(world: EngineWorld): void {
  Object.assign(world.ports, { actions: createRegistry({}) });
}

/** A deployment whose action asks for a parameter that it did not know. */
function withStricterAction(world: EngineWorld): void {
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
  Object.assign(world.ports, { actions: createRegistry({ 'numbered-pages.ts': stricter }) });
}

const finished = (world: EngineWorld) =>
  world.posted.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'run.finished');

test.each([
  ['one input', ONE, withoutAction, 'ACTION_NOT_FOUND'],
  ['several inputs', TWO, withoutAction, 'ACTION_NOT_FOUND'],
  ['one input', ONE, withStricterAction, 'BAD_PARAMETERS'],
  ['several inputs', TWO, withStricterAction, 'BAD_PARAMETERS'],
])(
  'a postponed run of %s whose action changed meanwhile is INVALID at its start and says so',
  async (_, inputs, deploy, label) => {
    const actions = createSampleActions();
    const world = createEngineWorld({ actions: [actions.numberedPages] });
    const { definition } = await world.launch({ inputs, scheduleAt: START + 60 * MINUTE_MS });
    await world.runUntil(START + 30 * MINUTE_MS);
    deploy(world);
    await world.runUntil(START + 90 * MINUTE_MS);
    const control = await world.ports.runs.readControl(definition.uid);
    expect(control).toMatchObject({
      status: 'INVALID',
      lastError: { error_label: label },
      totals: { failed: inputs.length },
      finishedAt: expect.any(Number),
    });
    expect(finished(world)).toMatchObject([
      { run: { status: 'INVALID' }, error: { error_label: label }, manifest: { inputs: inputs.length, callbacks: 1 } },
    ]);
    expect(world.posted).toHaveLength(1);
    expect(actions.calls).toHaveLength(0);
    expect(await world.ports.admission.listSlots(definition.workspaceUid)).toEqual([]);
  },
);

test.each([
  ['one input', ONE],
  ['several inputs', TWO],
])('a run of %s whose action is gone between its 202 and its first page is INVALID', async (_, inputs) => {
  const world = createEngineWorld({ actions: [createSampleActions().numberedPages] });
  const { definition } = await world.launch({ inputs });
  withoutAction(world);
  await world.runUntil(START + 10 * MINUTE_MS);
  expect(await world.ports.runs.readControl(definition.uid)).toMatchObject({
    status: 'INVALID',
    lastError: { error_label: 'ACTION_NOT_FOUND' },
  });
});

test('a run that waits in line is INVALID when its turn comes, and the line goes on', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages, actions.oneRecord] });
  const waiting = { ...GOOD, fail_at: 0, fail_kind: 'rate_limited', times: 1, until: START + 50_000 };
  for (let run = 0; run < 10; run += 1) await world.launch({ inputs: [waiting, waiting] });
  await world.runUntil(START + 5_000);
  const { definition } = await world.launch({ inputs: TWO });
  const next = await world.launch({ actionName: 'one-record', inputs: [{ key: 'a' }, { key: 'b' }] });
  await world.runUntil(START + 10_000);
  expect((await world.ports.runs.readControl(definition.uid))?.status).toBe('BLOCKED');
  Object.assign(world.ports, { actions: createRegistry({ 'one-record.ts': actions.oneRecord }) });
  await world.runUntil(START + 30 * MINUTE_MS);
  expect((await world.ports.runs.readControl(definition.uid))?.status).toBe('INVALID');
  expect((await world.ports.runs.readControl(next.definition.uid))?.status).toBe('SUCCEEDED');
});

test('a run that has begun goes on: its inputs fail one by one and keep what they gave', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const until = START + 30_000;
  const waiting = { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', times: 1, until };
  const { definition } = await world.launch({ inputs: [waiting, waiting] });
  await world.runUntil(START + 10_000);
  withoutAction(world);
  await world.runUntil(START + 10 * MINUTE_MS);
  expect(await world.ports.runs.readControl(definition.uid)).toMatchObject({
    status: 'PARTIAL_SUCCEEDED',
    totals: { failed: 2, outputs: 2 },
    lastError: { error_label: 'ACTION_NOT_FOUND' },
  });
});
