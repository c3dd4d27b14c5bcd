import { describe, expect, it, test } from 'vitest';
import { EngineError } from '../../shared/domain/errors.ts';
import { runUidOf } from '../../shared/domain/ids.ts';
import { limitWait } from '../../shared/domain/input-status.ts';
import type { PaceRecord } from '../../shared/domain/pace.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import { checkLiveCall } from '../../shared/engine/live/live-call.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { runLive } from '../../shared/engine/live/run-live.ts';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createPacedAction, mostInWindow } from '../support/paced-action.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TEN_A_MINUTE = { calls: 10, perMs: MINUTE_MS };

function makeHarness(pace: Parameters<typeof createPacedAction>[0], byAccount = false) {
  const { action, calls } = createPacedAction(pace, byAccount);
  return { calls, harness: createEngineHarness({ actions: [action] }) };
}

function inputs(count: number, account = 'main') {
  return Array.from({ length: count }, () => ({ account }));
}

async function controlOf(harness: EngineHarness, uid: string): Promise<RunControl | null> {
  return harness.ports.runs.readControl(uid);
}

describe('a hundred inputs at ten calls a minute', () => {
  it('are done in ten minutes, no window holds more than ten, and each waits once', async () => {
    const { harness, calls } = makeHarness(TEN_A_MINUTE);
    const { control } = await harness.launch({ inputs: inputs(100), callback: null });
    await harness.runUntil(START + 30 * MINUTE_MS);
    expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED', totals: { succeeded: 100 } });
    expect(calls).toHaveLength(100);
    expect(mostInWindow(calls, MINUTE_MS)).toBe(10);
    const took = Math.max(...calls.map(({ at }) => at)) - START;
    expect(took).toBeGreaterThanOrEqual(9 * MINUTE_MS);
    expect(took).toBeLessThan(10.5 * MINUTE_MS);
    expect(harness.sent.filter(({ message }) => message.kind === 'page').length).toBeLessThan(100 + 90 + 40);
  });

  it('spend no attempt by waiting, and say until when they wait', async () => {
    const { harness } = makeHarness(TEN_A_MINUTE);
    const { control } = await harness.launch({ inputs: inputs(12), callback: null });
    await harness.runUntil(START + 10_000);
    const window = await harness.ports.progress.readWindow(control.uid);
    const waiting = [...(window?.open.values() ?? [])];
    expect(waiting).toMatchObject([
      { page: 0, attempt: 0, reserved: true },
      { page: 0, attempt: 0, reserved: true },
    ]);
    for (const { until } of waiting) expect(until).toBeGreaterThan(START + MINUTE_MS);
    const early = limitWait(window ?? { open: new Map() }, START + 10_000);
    const late = limitWait(window ?? { open: new Map() }, START + 40_000);
    expect(early?.since).toBeLessThan(START + 10_000);
    expect(late?.since).toBe(early?.since); // it waits since then, whenever it is asked
    await harness.runUntil(START + 5 * MINUTE_MS);
    const pageRecords = await harness.ports.progress.readShardPageRecords(control.uid, 0);
    expect(pageRecords.map(({ tries }) => tries)).toEqual(Array.from({ length: 12 }, () => 0));
  });

  it('are counted apart by account: sixty of two take the time of thirty', async () => {
    const { harness, calls } = makeHarness(TEN_A_MINUTE, true);
    const mixed = Array.from({ length: 30 }, () => [{ account: 'a' }, { account: 'b' }]).flat();
    await harness.launch({ inputs: mixed, callback: null });
    await harness.runUntil(START + 30 * MINUTE_MS);
    for (const account of ['a', 'b']) {
      const own = calls.filter((call) => call.account === account);
      expect(own).toHaveLength(30);
      expect(mostInWindow(own, MINUTE_MS)).toBeLessThanOrEqual(10);
    }
    expect(Math.max(...calls.map(({ at }) => at))).toBeLessThan(START + 3.5 * MINUTE_MS);
  });
});

test('two runs of one workspace share the pace', async () => {
  const { harness, calls } = makeHarness(TEN_A_MINUTE);
  await harness.launch({ inputs: inputs(20), callback: null });
  await harness.launch({ inputs: inputs(20), callback: null });
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(calls).toHaveLength(40);
  expect(mostInWindow(calls, MINUTE_MS)).toBeLessThanOrEqual(10);
});

test('retries and further pages are calls as well', async () => {
  const { harness, calls } = makeHarness({ calls: 2, perMs: MINUTE_MS });
  const { control } = await harness.launch({ inputs: [{ pages: 2, fails: 1 }], callback: null });
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED' });
  expect(calls).toHaveLength(4);
  expect(mostInWindow(calls, MINUTE_MS)).toBe(2);
});

test('the gap lies between any two calls', async () => {
  const { harness, calls } = makeHarness({ calls: 100, perMs: MINUTE_MS, minGapMs: 2_500 });
  await harness.launch({ inputs: inputs(20), callback: null });
  await harness.runUntil(START + 5 * MINUTE_MS);
  expect(calls).toHaveLength(20);
  expect(mostInWindow(calls, 2_500)).toBe(1);
});

test('messages that come twice, at once or late, break no pace and leave nothing undone', async () => {
  const { harness, calls } = makeHarness({ calls: 4, perMs: 20_000, minGapMs: 500 });
  const { control } = await harness.launch({ inputs: [...inputs(12), { pages: 3 }, { fails: 2 }], callback: null });
  for (let second = 1, seen = 0; second <= 300; second += 1) {
    await harness.runUntil(START + second * 1_000);
    const fresh = harness.sent.slice(seen, second < 120 ? undefined : seen);
    seen = harness.sent.length;
    for (const [index, { message }] of fresh.entries()) {
      if (message.kind === 'page' && index % 3 === 0) harness.queue(message);
    }
  }
  expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED', totals: { succeeded: 14 } });
  expect(mostInWindow(calls, 20_000)).toBeLessThanOrEqual(4);
  expect(mostInWindow(calls, 500)).toBe(1);
});

describe('a run whose every input waits for long', () => {
  const RARE = { calls: 1, perMs: 10 * MINUTE_MS };

  it('is SCHEDULED until the next turn, holds no slot, and goes on where its place was kept', async () => {
    const { harness, calls } = makeHarness(RARE);
    const { control } = await harness.launch({ inputs: inputs(4), callback: null });
    await harness.runUntil(START + 2 * MINUTE_MS);
    const waiting = await controlOf(harness, control.uid);
    const turn = waiting?.postponedUntil ?? 0;
    expect(waiting).toMatchObject({ status: 'SCHEDULED', reason: { code: 'RATE_LIMIT', retryAt: turn } });
    expect(turn).toBeGreaterThan(START + 10 * MINUTE_MS);
    expect(turn).toBeLessThan(START + 10.1 * MINUTE_MS);
    expect(await harness.ports.admission.listSlots(control.workspaceUid)).toEqual([]);
    await harness.runUntil(START + HOUR_MS);
    expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED', totals: { succeeded: 4 } });
    expect(mostInWindow(calls, RARE.perMs)).toBe(1);
    // A turn each, and less than two minutes for the sweep and the queue.
    for (const [index, { at }] of calls.entries()) expect(at).toBeLessThan(START + index * 12 * MINUTE_MS + 1);
  });

  it('is QUEUED, not RUNNING, while its first page waits', async () => {
    const { harness } = makeHarness({ calls: 1, perMs: MINUTE_MS });
    await harness.launch({ inputs: inputs(1), callback: null });
    await harness.runUntil(START + 30_000);
    const { control } = await harness.launch({ inputs: inputs(1), callback: null });
    await harness.runUntil(START + 40_000);
    expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'QUEUED', startedAt: null });
    await harness.runUntil(START + 3 * MINUTE_MS);
    expect(await controlOf(harness, control.uid)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('a run that is stopped while its pages wait', () => {
  it('goes on with the places they had when it is resumed', async () => {
    const { harness, calls } = makeHarness(TEN_A_MINUTE);
    const { definition } = await harness.launch({ inputs: inputs(20), callback: null });
    await harness.runUntil(START + 20_000);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    await harness.runUntil(START + 30_000);
    expect(calls).toHaveLength(10);
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + 4 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls).toHaveLength(20);
    expect(mostInWindow(calls, MINUTE_MS)).toBe(10);
    expect(Math.max(...calls.map(({ at }) => at))).toBeLessThan(START + 2.5 * MINUTE_MS);
  });

  it('keeps the pace when all come at once long after their places', async () => {
    const { harness, calls } = makeHarness(TEN_A_MINUTE);
    const { definition } = await harness.launch({ inputs: inputs(60), callback: null });
    await harness.runUntil(START + 20_000);
    harness.skipTo(START + HOUR_MS);
    await harness.runUntil(START + HOUR_MS + 20 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED' });
    expect(mostInWindow(calls, MINUTE_MS)).toBe(10);
    expect(Math.max(...calls.map(({ at }) => at))).toBeLessThan(START + HOUR_MS + 6 * MINUTE_MS);
    expect(harness.sent.filter(({ message }) => message.kind === 'page').length).toBeLessThan(60 * 3 + 20);
  });
});

test('a page that comes twice has one place', async () => {
  const { harness } = makeHarness({ calls: 1, perMs: MINUTE_MS / 2 });
  const { control } = await harness.launch({ inputs: inputs(2), callback: null });
  await harness.runUntil(START + 1_000);
  const pages = harness.sent.map(({ message }) => message).filter((message) => message.kind === 'page');
  const message = pages.find(({ input }) => input === 1);
  if (message === undefined) throw new Error('The second input was not sent.');
  const window = await harness.ports.progress.readWindow(control.uid);
  expect(window?.open.get(1)).toMatchObject({ reserved: true });
  const before = await peek(harness, control);
  await runPage(harness.ports, message, { by: window?.open.get(1)?.by ?? '', count: 2 });
  expect((await harness.ports.progress.readWindow(control.uid))?.open.get(1)).toEqual(window?.open.get(1));
  expect(await peek(harness, control)).toEqual(before);
});

/** What the pace has seen so far. */
async function peek(harness: EngineHarness, { workspaceUid }: RunControl): Promise<PaceRecord | undefined> {
  let seen: PaceRecord | undefined;
  await harness.ports.paces.take({ workspaceUid, actionName: 'paced-pages', part: null }, (record) => {
    seen = record;
    return { turn: { kind: 'start', at: 0 }, record, forgottenAt: 0 };
  });
  return seen;
}

describe('a live call', () => {
  const uid = (index: number): string => runUidOf(Buffer.alloc(10, 100 + index));

  async function callLive(harness: EngineHarness, index: number, workspaceUid = 'w') {
    const action = harness.ports.actions.get('paced-pages');
    if (action === null) throw new Error('The action is not there.');
    const page = { cursor: null, number: 0, byNumber: false, boundTo: '' };
    const call = checkLiveCall({ workspaceUid, action, input: {}, parameters: {}, page, tags: [] });
    return runLive(harness.ports, call, { uid: uid(index), kept: false });
  }

  it('beyond the pace is refused with the time from which it may be let through, and leaves nothing behind', async () => {
    const { harness, calls } = makeHarness({ calls: 2, perMs: MINUTE_MS });
    for (const index of [0, 1]) expect(await callLive(harness, index)).toMatchObject({ kind: 'page' });
    for (const index of [2, 3, 4]) {
      await expect(callLive(harness, index)).rejects.toMatchObject({
        label: 'LIMIT_REACHED',
        details: { postponedUntil: new Date(START + MINUTE_MS + 1_210).toISOString() },
      });
      expect(await controlOf(harness, uid(index))).toBe(null);
    }
    expect(await callLive(harness, 5, 'another')).toMatchObject({ kind: 'page' });
    harness.skipTo(START + MINUTE_MS + 1_210);
    for (const index of [6, 7]) expect(await callLive(harness, index)).toMatchObject({ kind: 'page' });
    expect(calls).toHaveLength(5);
  });

  it('comes after the pages that wait', async () => {
    const { harness } = makeHarness({ calls: 1, perMs: MINUTE_MS });
    const { control } = await harness.launch({ inputs: inputs(3), callback: null });
    await harness.runUntil(START + 1_000);
    const window = await harness.ports.progress.readWindow(control.uid);
    const places = Array.from(window?.open.values() ?? [], ({ until }) => until ?? 0);
    const refused: unknown = await callLive(harness, 0, control.workspaceUid).catch((error: unknown) => error);
    const until = refused instanceof EngineError ? Date.parse(refused.details.postponedUntil ?? '') : 0;
    expect(until).toBeGreaterThan(Math.max(...places));
  });
});
