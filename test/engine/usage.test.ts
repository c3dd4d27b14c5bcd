import { describe, expect, test } from 'vitest';
import { deleteRun } from '../../shared/engine/deletion/delete-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { planSums } from '../../shared/engine/usage/request-sums.ts';
import { readUsage } from '../../shared/engine/usage/read-usage.ts';
import { rollUpUsage } from '../../shared/engine/usage/roll-up-usage.ts';
import { keys } from '../../shared/storage/keys.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions, type SampleActions } from '../support/sample-actions.ts';

const HOUR_MS = 3_600_000;
const DAY = '2026-01-05'; // the day of START
const GOOD = { pages: 3, per_page: 2 };
/** Fails for good at its second page, once. */
const BAD = { pages: 3, per_page: 2, fail_at: 1, fail_kind: 'permanent', times: 1 };
/** Waits at its second page until long after the run is summed. */
const WAITS = { pages: 3, per_page: 2, fail_at: 1, fail_kind: 'rate_limited', until: START + 10 * HOUR_MS, times: 1 };

async function begun(inputs: readonly Readonly<Record<string, unknown>>[]) {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { definition } = await harness.launch({ inputs });
  await harness.runUntil(START + HOUR_MS);
  const ports = { ...harness.ports, reader: harness.reader };
  const { uid, workspaceUid } = definition;
  const sumUp = () => rollUpUsage(ports, workspaceUid, Infinity);
  const read = async (budget = { runs: 1_000, until: Infinity }) => {
    const usage = await readUsage(ports, workspaceUid, { from: '2026-01-01', to: '2026-01-31' }, budget);
    return { isComplete: usage.isComplete, days: [...usage.days].map(([day, by]) => [day, Object.fromEntries(by)]) };
  };
  const ofDay = (counts: object) => ({ isComplete: true, days: [[DAY, { 'numbered-pages': counts }]] });
  return { actions, harness, definition, uid, sumUp, read, ofDay, truth: () => ofDay(seen(harness, actions)) };
}

/** What the receiver got and the action was called for. */
function seen({ posted }: EngineHarness, { calls }: SampleActions) {
  const bodies = new Map(posted.map(({ body }) => JSON.parse(body)).map((body) => [body.callback_ref_uid, body]));
  const outputs = [...bodies.values()].reduce((sum, { results }) => sum + (results ?? []).length, 0);
  const pages = new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size;
  return { runs: 1, liveCalls: 0, pages, outputs, callbacks: bodies.size };
}

describe('usage', () => {
  test('is what the action was called for and the receiver got, before the day is summed and after', async () => {
    const { harness, read, truth, sumUp, uid } = await begun([GOOD, BAD, GOOD]);
    expect(truth().days).toMatchObject([[DAY, { 'numbered-pages': { pages: 8, outputs: 14, callbacks: 9 } }]]);
    expect(await read()).toEqual(truth());
    expect(await sumUp()).toBe(true);
    expect(await read()).toEqual(truth()); // it is too young to be summed
    harness.skipTo(START + 4 * HOUR_MS);
    await sumUp();
    expect(await read()).toEqual(truth());
    await harness.table.delete(keys.control(uid)); // it expires
    expect(await read()).toEqual(truth());
    await sumUp();
    expect(await read()).toEqual(truth());
  });

  test('of a run that ends after its day was summed comes with its end, and stays when the run expires', async () => {
    const { harness, read, truth, sumUp, uid } = await begun([WAITS, GOOD]);
    harness.skipTo(START + 4 * HOUR_MS);
    await sumUp();
    expect(await read()).toEqual({ isComplete: true, days: [] });
    await harness.runUntil(START + 20 * HOUR_MS);
    expect(await read()).toEqual(truth());
    await sumUp();
    await harness.table.delete(keys.control(uid));
    expect(await read()).toEqual(truth());
  });

  test.each(['before', 'after'])('of a retry %s the sum is counted once', async (when) => {
    const { harness, definition, read, truth, sumUp, uid } = await begun([BAD, BAD, GOOD]);
    harness.skipTo(START + 4 * HOUR_MS);
    if (when === 'after') await sumUp();
    await retryRun(harness.ports, definition);
    await sumUp();
    await harness.runUntil(START + 6 * HOUR_MS);
    await sumUp();
    expect(await read()).toEqual(truth());
    expect(truth().days).toMatchObject([[DAY, { 'numbered-pages': { pages: 9, outputs: 18, callbacks: 13 } }]]);
    await harness.table.delete(keys.control(uid));
    expect(await read()).toEqual(truth());
  });

  test('of a stopped run is exact once nothing can land, and of its resume too', async () => {
    const { harness, definition, read, truth, sumUp, ofDay } = await begun([WAITS, GOOD]);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    expect(await read()).toEqual({ isComplete: true, days: [] });
    await harness.runUntil(START + 2 * HOUR_MS);
    const landed = ofDay({ runs: 1, liveCalls: 0, pages: 4, outputs: 8, callbacks: 5 });
    expect(await read()).toEqual(landed);
    harness.skipTo(START + 4 * HOUR_MS);
    await sumUp();
    expect(await read()).toEqual(landed);
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + 20 * HOUR_MS);
    expect(await read()).toEqual(truth());
    expect(truth().days).toMatchObject([[DAY, { 'numbered-pages': { pages: 6, outputs: 12, callbacks: 8 } }]]);
  });

  test('of a run that is stopped and resumed at once counts what landed meanwhile', async () => {
    const { harness, definition, read, truth, sumUp } = await begun([WAITS, GOOD]);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    harness.skipTo(START + 4 * HOUR_MS);
    await sumUp(); // it is stopped, and its end is not settled
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + 20 * HOUR_MS);
    expect(await read()).toEqual(truth());
  });

  test.each(['before', 'after'])('of a run that is deleted %s the sum stays, and no list has the run', async (when) => {
    const { harness, definition, read, truth, sumUp, ofDay } = await begun([WAITS, GOOD]);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    harness.skipTo(START + 4 * HOUR_MS);
    if (when === 'after') await sumUp();
    await deleteRun(harness.ports, definition);
    const recorded = ofDay({ runs: 1, liveCalls: 0, pages: 4, outputs: 8, callbacks: 5 });
    expect(await read()).toEqual(recorded);
    await sumUp();
    expect(await read()).toEqual(recorded);
    expect(truth().days).toMatchObject([[DAY, { 'numbered-pages': { outputs: 8 } }]]);
    const { workspaceUid } = definition;
    const all = { order: 'ascending', after: null, createdFrom: 0, createdBefore: Infinity, limit: 10 } as const;
    expect(await harness.reader.listRuns(workspaceUid, all)).toEqual({ rows: [], more: false });
  });

  test('two that sum at once count each run once', async () => {
    const { harness, read, sumUp, ofDay } = await begun([GOOD]);
    for (let more = 0; more < 4; more += 1) await harness.launch({ inputs: [GOOD], callback: null });
    await harness.runUntil(START + 2 * HOUR_MS);
    harness.skipTo(START + 6 * HOUR_MS);
    await Promise.all([sumUp(), sumUp(), sumUp()]);
    expect(await read()).toEqual(ofDay({ runs: 5, liveCalls: 0, pages: 15, outputs: 30, callbacks: 4 }));
  });

  test('is summed by itself, every three hours, for each workspace', async () => {
    const { harness, definition, read, truth, uid } = await begun([GOOD]);
    const { workspaceUid } = definition;
    await harness.table.put(keys.listedWorkspace(workspaceUid), {});
    await planSums(harness.ports);
    await planSums(harness.ports); // each process of the sweep does
    await harness.runUntil(START + 13 * HOUR_MS);
    const sums = harness.sent.filter(({ message }) => message.kind === 'usage');
    expect(sums.map(({ at }) => (at - START) / HOUR_MS)).toEqual([3, 6, 9, 12]);
    await harness.table.delete(keys.control(uid));
    expect(await read()).toEqual(truth());
  });

  test('says where it does not read all, within its budget', async () => {
    const { harness, read } = await begun([GOOD]);
    for (let more = 0; more < 4; more += 1) await harness.launch({ inputs: [GOOD], callback: null });
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(await read({ runs: 3, until: Infinity })).toMatchObject({
      isComplete: false,
      days: [[DAY, { 'numbered-pages': { runs: 3 } }]],
    });
    expect(await read({ runs: 3, until: 0 })).toEqual({ isComplete: false, days: [] });
  });

  test('of refused inputs has no page', async () => {
    const refusing = { pages: 'many' };
    const { read, ofDay } = await begun([GOOD]);
    expect(await read()).toEqual(ofDay({ runs: 1, liveCalls: 0, pages: 3, outputs: 6, callbacks: 4 }));
    const { harness, definition } = await begun([GOOD]);
    const twin = await harness.launch({ inputs: [refusing, GOOD], onInvalidInput: 'skip' });
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(await harness.ports.runs.readControl(twin.definition.uid)).toMatchObject({
      totals: { failed: 1, pages: 3 },
    });
    expect(definition.inputsTotal).toBe(1);
  });
});
