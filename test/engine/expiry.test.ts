import { describe, expect, test } from 'vitest';
import { blockPartition, runPartition, shardPartition } from '../../shared/storage/keys.ts';
import { expiryOfRun, expiryStep, takenUpUntil } from '../../shared/domain/expiry.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RETENTION_DAYS = 4;

const GOOD = { pages: 2, per_page: 2 };

function createHarness(answer?: () => CallbackAnswer): EngineHarness {
  const { numberedPages } = createSampleActions();
  const answers = answer === undefined ? {} : { answer };
  return createEngineHarness({ actions: [numberedPages], retentionDays: RETENTION_DAYS, ...answers });
}

async function controlOf(harness: EngineHarness, uid: string): Promise<RunControl> {
  const control = await harness.ports.runs.readControl(uid);
  if (control === null) throw new Error('the run is gone');
  return control;
}

/** All that is stored of a run, by its sort key's first part, with its expiry in epoch seconds. */
async function itemsOf(harness: EngineHarness, uid: string, shards: number) {
  const partitions = [
    runPartition(uid),
    blockPartition(uid, 0),
    ...Array.from({ length: shards }, (_, shard) => shardPartition(uid, shard)),
  ];
  const found: { readonly kind: string; readonly expiresAt: number }[] = [];
  for (const pk of partitions) {
    for await (const item of harness.table.queryAll({ pk, consistency: 'strong' })) {
      found.push({ kind: item['sk']?.S?.split('#')[0] ?? '', expiresAt: Number(item['expires_at']?.N ?? NaN) });
    }
  }
  return found;
}

/** Nothing of the run goes before it does. */
async function expectKept(harness: EngineHarness, uid: string, kinds: readonly string[], shards = 1): Promise<void> {
  const { expiresAt } = await controlOf(harness, uid);
  const items = await itemsOf(harness, uid, shards);
  expect([...new Set(items.map(({ kind }) => kind))].toSorted()).toEqual(kinds.toSorted());
  expect(items.filter((item) => !(item.expiresAt >= expiresAt))).toEqual([]);
}

describe('every item of a run is kept as long as the run', () => {
  test('whose callbacks fail, and which is retried', async () => {
    const harness = createHarness(() => ({ kind: 'answered', status: 500, body: '', retryAfter: undefined }));
    const inputs = [
      ...Array.from({ length: 40 }, () => GOOD),
      { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'permanent' },
    ];
    const { definition, control } = await harness.launch({ inputs });
    const waiting = await harness.launch({ inputs: [GOOD], dependsOn: [{ uid: control.uid, require: 'finish' }] });
    await harness.runUntil(START + 10 * MINUTE_MS);
    await retryRun(harness.ports, definition);
    await harness.runUntil(START + 20 * MINUTE_MS);
    await expectKept(harness, control.uid, ['C', 'CTL', 'DEF', 'F', 'L', 'N', 'O', 'P', 'WIN'], 2);
    await expectKept(harness, waiting.control.uid, ['C', 'CTL', 'DEF', 'P', 'WIN']);
    const { expiresAt } = await controlOf(harness, control.uid);
    expect(expiresAt * 1_000).toBe(START + (1 + RETENTION_DAYS) * DAY_MS);
  });

  test('whose callbacks are delivered, replayed too, and whose inputs are many', async () => {
    const harness = createHarness();
    const inputs = Array.from({ length: 500 }, (_, index) => ({ ...GOOD, pages: 1, per_page: index % 3 }));
    const { control } = await harness.launch({
      inputs: inputs.map((input) => ({ ...input, custom_data: noise() })),
    });
    await harness.runUntil(START + HOUR_MS);
    const finished = await harness.ports.callbacks.listRecords(control.uid, null);
    const original = finished[0];
    if (original === undefined) throw new Error('run.finished has a record');
    await replayCallback(harness.ports, original, Buffer.alloc(16, 7));
    await harness.runUntil(START + 2 * HOUR_MS);
    await expectKept(harness, control.uid, ['C', 'CTL', 'D', 'DEF', 'IN', 'P', 'WIN'], 16);
  });
});

let noises = 0;
function noise(): { readonly text: string } {
  return {
    text: Array.from({ length: 40 }, () => ((noises = (noises * 16_807 + 11) % 2_147_483_647) + 7).toString(36)).join(
      '',
    ),
  };
}

test.each([60, 86_400, 2_592_000])(
  'a run with a deadline of %i s is kept for the retention after it',
  async (deadlineSeconds) => {
    const harness = createHarness();
    const slow = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', until: START + 30_000 };
    const { control } = await harness.launch({ inputs: [slow], deadlineSeconds, scheduleAt: START + 5 * DAY_MS });
    await harness.runUntil(START + 5 * DAY_MS + 10 * MINUTE_MS);
    const { expiresAt, history } = await controlOf(harness, control.uid);
    expect(history.at(-1)?.status).toBe('SUCCEEDED');
    expect(expiresAt * 1_000).toBe(START + 5 * DAY_MS + deadlineSeconds * 1_000 + RETENTION_DAYS * DAY_MS);
  },
);

describe('a run that has not ended is never gone', () => {
  test('while it waits for a limit, for far longer than it would have been kept', async () => {
    const harness = createHarness();
    const until = START + 20.5 * DAY_MS;
    const waits = { pages: 3, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', until };
    const { control } = await harness.launch({ inputs: [waits], deadlineSeconds: 60 });
    for (let day = 1; day <= 20; day += 1) {
      await harness.runUntil(START + day * DAY_MS);
      const { expiresAt, status } = await controlOf(harness, control.uid);
      expect(status).toBe('SCHEDULED');
      expect(expiresAt * 1_000).toBeGreaterThan(harness.now() + 2 * DAY_MS);
      const items = await itemsOf(harness, control.uid, 1);
      expect(items.filter((item) => !(item.expiresAt * 1_000 > harness.now() + DAY_MS))).toEqual([]);
    }
    await harness.runUntil(START + 21 * DAY_MS);
    const ended = await controlOf(harness, control.uid);
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.expiresAt * 1_000 - (ended.finishedAt ?? 0)).toBeGreaterThanOrEqual(0.75 * RETENTION_DAYS * DAY_MS);
    await expectKept(harness, control.uid, ['C', 'CTL', 'D', 'DEF', 'P', 'WIN']);
  });

  test('while it waits for another run, nor while it stands in line', async () => {
    const harness = createHarness();
    const until = START + 15.5 * DAY_MS;
    const waits = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', until };
    const first = (await harness.launch({ inputs: [waits] })).control.uid;
    const second = (await harness.launch({ inputs: [GOOD], dependsOn: [{ uid: first, require: 'success' }] })).control
      .uid;
    for (let day = 1; day <= 15; day += 1) {
      await harness.runUntil(START + day * DAY_MS);
      expect((await controlOf(harness, second)).expiresAt * 1_000).toBeGreaterThan(harness.now() + 3 * DAY_MS);
    }
    await harness.runUntil(START + 17 * DAY_MS);
    expect((await controlOf(harness, second)).status).toBe('SUCCEEDED');
    await expectKept(harness, second, ['C', 'CTL', 'D', 'DEF', 'P', 'WIN']);
  });

  test('nor do its inputs go, whether they have had their turn or not', async () => {
    const harness = createHarness();
    const until = START + 15.5 * DAY_MS;
    const waits = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', until };
    const first = (await harness.launch({ inputs: [waits] })).control.uid;
    const dependsOn = [{ uid: first, require: 'finish' }] as const;
    const inputs = Array.from({ length: 600 }, () => ({ pages: 1, per_page: 0, custom_data: noise() }));
    const second = (await harness.launch({ inputs, dependsOn })).control;
    await harness.runUntil(START + 10 * DAY_MS);
    expect((await controlOf(harness, second.uid)).expiresAt).toBeGreaterThan(second.expiresAt + (2 * DAY_MS) / 1_000);
    for (const block of [0, 1]) {
      const kept: number[] = [];
      for await (const item of harness.table.queryAll({ pk: blockPartition(second.uid, block), prefix: 'IN#' })) {
        kept.push(Number(item['expires_at']?.N));
      }
      expect(Math.min(...kept) * 1_000).toBeGreaterThan(harness.now() + DAY_MS);
      expect(kept).not.toEqual([]);
    }
  });
});

describe('a run that is taken up again', () => {
  async function stopped(harness: EngineHarness) {
    const waits = { pages: 2, per_page: 1, fail_at: 1, fail_kind: 'rate_limited', until: START + HOUR_MS };
    const { definition } = await harness.launch({ inputs: [waits], deadlineSeconds: 2 * 86_400 });
    await harness.runUntil(START + 5 * MINUTE_MS);
    const control = await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    await harness.runUntil(START + 2 * HOUR_MS);
    return { definition, control, until: takenUpUntil(control, definition.deadlineSeconds) };
  }

  test('shortly before it would be gone is kept until after its new deadline, with all it has', async () => {
    const harness = createHarness();
    const { definition, until } = await stopped(harness);
    await harness.runUntil(until - MINUTE_MS);
    const taken = await resumeRun(harness.ports, definition);
    expect(taken.status).toBe('QUEUED');
    const { deadlineAt, expiresAt } = await controlOf(harness, taken.uid);
    expect(expiresAt * 1_000).toBeGreaterThanOrEqual((deadlineAt ?? Infinity) + RETENTION_DAYS * DAY_MS);
    await harness.runUntil(until + HOUR_MS);
    expect((await controlOf(harness, taken.uid)).status).toBe('SUCCEEDED');
    await expectKept(harness, taken.uid, ['C', 'CTL', 'D', 'DEF', 'P', 'WIN']);
  });

  test('too late is refused, and told until when it was possible', async () => {
    const harness = createHarness();
    const { definition, until } = await stopped(harness);
    await harness.runUntil(until + MINUTE_MS);
    await expect(resumeRun(harness.ports, definition)).rejects.toMatchObject({
      label: 'INVALID_STATE',
      message: expect.stringContaining(new Date(until).toISOString()),
      details: { params: { status: 'STOPPED', possible_until: new Date(until).toISOString() } },
    });
    expect((await controlOf(harness, definition.uid)).status).toBe('STOPPED');
  });

  test('is so by a retry as well', async () => {
    const harness = createHarness();
    const { definition } = await harness.launch({ inputs: [{ ...GOOD, fail_at: 0, fail_kind: 'permanent' }] });
    await harness.runUntil(START + HOUR_MS);
    const control = await controlOf(harness, definition.uid);
    await harness.runUntil(takenUpUntil(control, definition.deadlineSeconds) + MINUTE_MS);
    await expect(retryRun(harness.ports, definition)).rejects.toMatchObject({ label: 'INVALID_STATE' });
  });
});

test('an expiry moves for what is left of the deadline, and a run that waits for over 90 days is overdue', async () => {
  const harness = createHarness();
  const { control } = await harness.launch({ inputs: [GOOD], deadlineSeconds: 3_600 });
  const about = { deadlineSeconds: 3_600, retentionDays: 8 };
  const kept = { ...control, expiresAt: expiryOfRun(START, 3_600, 8) };
  const step = (change: Partial<RunControl>, now: number) => expiryStep({ ...kept, ...change }, { ...about, now });
  const waiting = { status: 'SCHEDULED', startedAt: START, postponedUntil: START + 3 * DAY_MS } as const;
  expect(step({ status: 'RUNNING', deadlineAt: START + HOUR_MS }, START)).toEqual({ kind: 'keeps' });
  expect(step({ ...waiting, postponedUntil: START + DAY_MS }, START)).toEqual({ kind: 'keeps' });
  expect(step(waiting, START)).toEqual({ kind: 'moves', to: kept.expiresAt + 3 * 86_400 });
  expect(step({ ...waiting, deadlineLeftMs: 0 }, START)).toEqual({
    kind: 'moves',
    to: kept.expiresAt + 3 * 86_400 - 3_600,
  });
  expect(step({ ...waiting, postponedUntil: START + 90 * DAY_MS }, START)).toEqual({ kind: 'overdue' });
  expect(step({ status: 'BLOCKED' }, START + 365 * DAY_MS)).toMatchObject({ kind: 'moves' });
  expect(step({ status: 'BLOCKED' }, START + 457 * DAY_MS)).toEqual({ kind: 'overdue' });
});
