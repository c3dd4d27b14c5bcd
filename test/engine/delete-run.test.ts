import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { runUidOf } from '../../shared/domain/ids.ts';
import type { RunDefinition } from '../../shared/domain/run.ts';
import { replayCallbacks } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { deleteRun } from '../../shared/engine/deletion/delete-run.ts';
import { purgeRun } from '../../shared/engine/deletion/purge-run.ts';
import type { Launch } from '../../shared/engine/launch/check-launch.ts';
import { startRun } from '../../shared/engine/launch/start-run.ts';
import { answerLive } from '../../shared/engine/live/answer-live.ts';
import { checkLiveCall } from '../../shared/engine/live/live-call.ts';
import { recallLive } from '../../shared/engine/live/wait-live.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { keys } from '../../shared/storage/keys.ts';
import { createKeyStore } from '../../shared/storage/key-store.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { findCanary } from '../support/find-canary.ts';

const MINUTE = 60_000;
const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
/** In everything that a caller, an upstream or a receiver gives. */
const CANARY = 'canary-7f3a';
const CALLBACK = { url: `https://receiver.example/${CANARY}`, headers: { 'x-token': CANARY }, on: 'all' } as const;

/** Gives pages of records, of 12 KB each where the input is `large`; fails where it says so. */
function echo(onPage: () => Promise<void> = async () => undefined): Action {
  return defineAction({
    name: 'echo',
    title: 'Echo',
    description: 'Gives back what it is asked.',
    pageSize: 2,
    maxResults: { default: 1_000, ceiling: 1_000 },
    input: z.strictObject({ say: z.string(), large: z.boolean().optional(), fails: z.boolean().optional() }),
    result: z.looseObject({ said: z.string() }),
    async run({ input: { say, large = false, fails = false }, page }) {
      await onPage();
      if (fails) throw new TypeError(`cannot say ${say}`);
      const said = { said: say, ...(large ? { padding: Array.from({ length: 150 }, (_, at) => noise(at)) } : {}) };
      return { results: [said, said], nextCursor: page === 0 ? `${CANARY} 1` : null };
    },
  });
}

const LAUNCH = {
  callback: CALLBACK,
  name: `the ${CANARY}`,
  parameters: {},
  tags: [CANARY],
} satisfies Partial<Launch>;

function inputsOf(count: number, more: object = {}): readonly Record<string, unknown>[] {
  return Array.from({ length: count }, (_, at) => ({
    say: `${CANARY} ${at}`,
    custom_data: { of: CANARY, noise: noise(at) },
    ...more,
  }));
}

/** What does not compress, so that inputs are stored in chunks. */
function noise(at: number): string {
  return hash('sha512', String(at), 'base64');
}

/** Where the canary is. */
async function canaries(harness: EngineHarness): Promise<readonly string[]> {
  return findCanary(CANARY, await harness.everything());
}

/** All that is stored of a run: only its control record once its deletion is complete. */
async function itemsOf(harness: EngineHarness, { uid }: Pick<RunDefinition, 'uid'>): Promise<readonly string[]> {
  const { items, objects } = await harness.everything();
  const ofRun = items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`).filter((key) => key.startsWith(`R#${uid}`));
  return [...ofRun, ...[...objects.keys()].filter((key) => key.includes(uid))];
}

async function isClean(harness: EngineHarness, definition: RunDefinition): Promise<void> {
  expect(await canaries(harness)).toEqual([]);
  const { pk, sk } = keys.control(definition.uid);
  expect(await itemsOf(harness, definition)).toEqual([`${pk} ${sk}`]);
}

describe('a deleted run', () => {
  test('leaves nothing of inputs, results, callbacks and headers, and is off the list at once', async () => {
    const harness = createEngineHarness({
      actions: [echo()],
      answer: () => ({ kind: 'answered', status: 500, body: CANARY, retryAfter: undefined }),
    });
    const inputs = [...inputsOf(60, { large: true }), ...inputsOf(3, { fails: true })];
    const { definition } = await harness.launch({ inputs, ...LAUNCH });
    await harness.runUntil(START + 10 * MINUTE);
    const before = await canaries(harness);
    for (const kind of ['DEF', 'CTL', 'P#', 'IN#', 'C#', `pages/${definition.uid}`]) {
      expect(
        before.some((place) => place.includes(kind)),
        kind,
      ).toBe(true);
    }
    await deleteRun(harness.ports, definition);
    // The index has it until its usage is summed, without anything that a caller gave; no list shows it.
    const range = { order: 'descending', after: null, createdFrom: 0, createdBefore: Infinity, limit: 10 } as const;
    expect((await harness.reader.listRuns(WORKSPACE, range)).rows).toMatchObject([{ name: null }]);
    expect((await harness.reader.readRuns([definition.uid])).size).toBe(0);
    expect(await harness.ports.runs.readRun(definition.uid)).toBeNull();
    const posted = harness.posted.length;
    await harness.runUntil(harness.now() + MINUTE);
    expect(await canaries(harness)).toEqual([]); // within the minute
    await harness.runUntil(harness.now() + 60 * MINUTE);
    await isClean(harness, definition);
    await harness.runUntil(harness.now() + 5 * 24 * 60 * MINUTE);
    expect(harness.posted).toHaveLength(posted); // no attempt that was planned
    await isClean(harness, definition);
  });

  test('keeps how it ended and what it counted, for those that depend on it and for the usage', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition } = await harness.launch({ inputs: inputsOf(2), ...LAUNCH });
    await harness.runUntil(START + 10 * MINUTE);
    await deleteRun(harness.ports, definition);
    await harness.runUntil(START + 90 * MINUTE);
    const stored = await harness.ports.runs.readOrDeleted(definition.uid);
    expect(stored?.control).toMatchObject({ status: 'SUCCEEDED', totals: { succeeded: 2, outputs: 8, callbacks: 4 } });
    expect(stored?.control.expiresAt).toBe(definition.expiresAt);
  });

  test('that has not ended is refused, and stays', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition } = await harness.launch({ inputs: inputsOf(2), ...LAUNCH, scheduleAt: START + 30 * MINUTE });
    await expect(deleteRun(harness.ports, definition)).rejects.toMatchObject({
      label: 'INVALID_STATE',
      details: { params: { status: 'SCHEDULED' } },
    });
    await harness.runUntil(START + 60 * MINUTE);
    expect((await harness.ports.runs.readControl(definition.uid))?.status).toBe('SUCCEEDED');
  });

  test('is no run any more for verbs that began before', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition } = await harness.launch({ inputs: inputsOf(2, { fails: true }), ...LAUNCH });
    await harness.runUntil(START + 10 * MINUTE);
    await deleteRun(harness.ports, definition);
    for (const verb of [
      deleteRun,
      retryRun,
      (ports: EngineHarness['ports'], run: RunDefinition) => stopRun(ports, run, 'CANCELLED_BY_CALLER'),
    ]) {
      await expect(verb(harness.ports, definition)).rejects.toMatchObject({ label: 'NOT_FOUND' });
    }
  });

  test('does not come back where the request that made it is carried on', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const launch = {
      workspaceUid: WORKSPACE,
      actionName: 'echo',
      onInvalidInput: 'reject',
      deadlineSeconds: 60,
    } as const;
    const uid = runUidOf(Buffer.alloc(10, 9));
    const start = () =>
      startRun(
        harness.ports,
        { ...launch, ...LAUNCH, inputs: inputsOf(2), dependsOn: [], scheduleAt: null },
        async () => uid,
      );
    const { definition } = await start();
    await harness.runUntil(START + 10 * MINUTE);
    await deleteRun(harness.ports, definition);
    await start(); // it read before the deletion that there is no run yet
    await harness.runUntil(START + 120 * MINUTE);
    await isClean(harness, definition);
  });
});

describe('a deletion', () => {
  test('removes what a page in flight records later', async () => {
    const holder: { harness?: EngineHarness; definition?: RunDefinition } = {};
    let pages = 0;
    const action = echo(async () => {
      const { harness, definition } = holder;
      if ((pages += 1) !== 2 || harness === undefined || definition === undefined) return;
      // While this page is at work the run is stopped, deleted, and all of it removed.
      await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
      await deleteRun(harness.ports, definition);
      await purgeRun({ ...harness.ports, removal: harness.removal }, { kind: 'purge', runUid: definition.uid });
      expect(await canaries(harness)).toEqual([]);
    });
    const harness = createEngineHarness({ actions: [action] });
    holder.harness = harness;
    const { definition } = await harness.launch({ inputs: inputsOf(1, { large: true }), ...LAUNCH });
    holder.definition = definition;
    await harness.runUntil(START + 5 * MINUTE);
    expect((await canaries(harness)).length).toBeGreaterThan(0); // it landed
    const posted = harness.posted.length;
    await harness.runUntil(START + 60 * MINUTE);
    await isClean(harness, definition);
    expect(harness.posted).toHaveLength(posted);
  });

  test('drops a replay that is under way', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition } = await harness.launch({ inputs: inputsOf(30), ...LAUNCH });
    await harness.runUntil(START + 10 * MINUTE);
    const run = await harness.ports.runs.readRun(definition.uid);
    if (run === null) throw new Error('there is no run');
    const { callbacks } = harness.ports;
    let replays = 0;
    const createRecord: typeof callbacks.createRecord = async (record) => {
      if ((replays += 1) === 5) await deleteRun(harness.ports, definition);
      return callbacks.createRecord(record);
    };
    const ports = { ...harness.ports, reader: harness.reader, callbacks: { ...callbacks, createRecord } };
    const posted = harness.posted.length;
    const seed = Buffer.alloc(16, 3);
    await replayCallbacks(ports, run, { statuses: ['SUCCESS'], seed, until: harness.now() + 20_000 });
    expect(replays).toBeGreaterThan(50);
    await harness.runUntil(START + 90 * MINUTE);
    expect(harness.posted).toHaveLength(posted);
    await isClean(harness, definition);
  });

  test('of a run over 100,000 lines takes all its chunks and its upload, also where it was stopped before it was counted', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const text = Array.from({ length: 100_000 }, (_, at) => JSON.stringify({ say: `${CANARY} ${noise(at)}` })).join(
      '\n',
    );
    const ref = harness.uploads.put(WORKSPACE, 'upload', text);
    await harness.uploads.keepObject(WORKSPACE, ref);
    const launch = { inputs: [], ...LAUNCH, callback: null, scheduleAt: START + 60 * MINUTE };
    const { definition } = await harness.launch({ ...launch, upload: ref });
    await harness.runUntil(START + MINUTE);
    expect((await harness.ports.runs.readControl(definition.uid))?.inputsTotal).toBe(100_000);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    expect((await harness.everything()).objects.size).toBeGreaterThan(10);
    await deleteRun(harness.ports, definition);
    await harness.runUntil(START + 90 * MINUTE);
    await isClean(harness, definition);
    expect(harness.uploads.kept.size).toBe(0);

    const second = harness.uploads.put(WORKSPACE, 'second', text);
    const uncounted = (await harness.launch({ ...launch, scheduleAt: null, upload: second })).definition;
    harness.loseQueued();
    const chunks = Array.from({ length: 3 }, (_, at) => ({
      first: at * 700,
      inputs: inputsOf(700).map((input) => ({ input, customData: null })),
    }));
    await harness.ports.runs.writeInputs(uncounted.uid, chunks, uncounted.expiresAt);
    await stopRun(harness.ports, uncounted, 'CANCELLED_BY_CALLER');
    await deleteRun(harness.ports, uncounted);
    await harness.runUntil(harness.now() + 90 * MINUTE);
    await isClean(harness, uncounted);
  });

  test('whose messages are lost, and whose steps end early, goes on where it was', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition } = await harness.launch({ inputs: inputsOf(1_600), ...LAUNCH, callback: null });
    await harness.runUntil(START + 10 * MINUTE);
    await deleteRun(harness.ports, definition);
    harness.loseQueued();
    // A clock that moves on with each look: every step has time for one block.
    let aheadMs = 0;
    const clock = { ...harness.ports.clock, now: () => harness.ports.clock.now() + (aheadMs += 5_000) };
    const message = { kind: 'purge', runUid: definition.uid } as const;
    await purgeRun({ ...harness.ports, clock, removal: harness.removal }, message);
    const stored = await harness.ports.runs.readOrDeleted(definition.uid);
    expect(stored?.deletion).toMatchObject({ round: 1, block: 1 });
    harness.loseQueued();
    expect((await canaries(harness)).length).toBeGreaterThan(100);
    await harness.runUntil(harness.now() + 20 * MINUTE);
    expect(await canaries(harness)).toEqual([]);
    await harness.runUntil(harness.now() + 60 * MINUTE);
    await isClean(harness, definition);
    expect((await harness.ports.runs.readOrDeleted(definition.uid))?.deletion).toMatchObject({ round: 3 });
  });

  test('takes the stored answers of requests about the run, and leaves their keys used', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition } = await harness.launch({ inputs: inputsOf(1), ...LAUNCH });
    await harness.runUntil(START + 10 * MINUTE);
    const store = createKeyStore(harness.table);
    const request = { workspaceUid: WORKSPACE, key: 'k', hash: 'h' };
    const row = { hash: 'h', seed: Buffer.alloc(16), before: null, leaseUntil: 0 };
    await store.claimKey(request, row, null, harness.now());
    await store.answerKey(request, { body: { name: CANARY } }, definition.uid, harness.now());
    await deleteRun(harness.ports, definition);
    await store.answerKey(request, { body: { name: CANARY } }, definition.uid, harness.now()); // under way then
    await harness.runUntil(START + 90 * MINUTE);
    await isClean(harness, definition);
    expect(await store.readKey(request, harness.now())).toMatchObject({ hash: 'h', answer: null });
  });
});

describe('a live run', () => {
  const page = { cursor: null, number: 0, byNumber: false, boundTo: '' };

  test.each([
    ['inline', true, null],
    ['queued', true, START + 20_000],
    ['inline and without a key', false, null],
  ])('%s is deleted with its one page, and its key does not bring it back', async (_, isKeyed, until) => {
    const action = echo();
    const harness = createEngineHarness({ actions: [action] });
    const input = { say: CANARY, large: true, custom_data: { of: CANARY } };
    const call = checkLiveCall({ workspaceUid: WORKSPACE, action, input, parameters: {}, page, tags: [CANARY] });
    const uid = runUidOf(Buffer.alloc(10, 5));
    const answered = answerLive(harness.ports, call, { uid, isKeyed, until });
    await Promise.all([answered, harness.runUntil(START + MINUTE)]);
    const run = await harness.ports.runs.readRun(uid);
    if (run === null) throw new Error('there is no run');
    expect((await canaries(harness)).length).toBeGreaterThan(0);
    await deleteRun(harness.ports, run.definition);
    await expect(recallLive(harness.ports, action, uid)).rejects.toMatchObject({ label: 'NOT_FOUND' });
    await harness.runUntil(START + 90 * MINUTE);
    await isClean(harness, run.definition);
    await expect(recallLive(harness.ports, action, uid)).rejects.toMatchObject({ label: 'NOT_FOUND' });
  });
});

describe('a run that depends on a deleted one', () => {
  test.each([
    ['success', false, 'SUCCEEDED'],
    ['success', true, 'FAILED'],
    ['finish', true, 'SUCCEEDED'],
  ] as const)(
    'with require %s, whose inputs fail: %s, ends %s, as if it were there',
    async (require, fails, status) => {
      const harness = createEngineHarness({ actions: [echo()] });
      const { definition: first } = await harness.launch({ inputs: inputsOf(1, { fails }), callback: null });
      const wanted = { inputs: inputsOf(1), callback: null, dependsOn: [{ uid: first.uid, require }] };
      const { definition: later } = await harness.launch({ ...wanted, scheduleAt: START + 120 * MINUTE });
      await harness.runUntil(START + 10 * MINUTE);
      await deleteRun(harness.ports, first);
      await harness.runUntil(START + 180 * MINUTE);
      expect((await harness.ports.runs.readControl(later.uid))?.status).toBe(status);
      await expect(harness.launch(wanted)).rejects.toMatchObject({ label: 'NOT_FOUND' });
    },
  );

  test('and was not told of its end goes on when it is deleted', async () => {
    const harness = createEngineHarness({ actions: [echo()] });
    const { definition: first } = await harness.launch({
      inputs: inputsOf(1),
      callback: null,
      scheduleAt: START + 5 * MINUTE,
    });
    const dependsOn = [{ uid: first.uid, require: 'finish' }] as const;
    const { definition: later } = await harness.launch({ inputs: inputsOf(1), callback: null, dependsOn });
    await harness.runUntil(START + MINUTE);
    expect((await harness.ports.runs.readControl(later.uid))?.status).toBe('BLOCKED');
    // The worker that stopped it died before it told anybody.
    const control = await harness.ports.runs.readControl(first.uid);
    const now = harness.now();
    await harness.ports.runs.moveRun(first.uid, 'stop', control?.epoch ?? 0, {
      now,
      reason: null,
      finishedAt: now,
      newEpoch: true,
    });
    await deleteRun(harness.ports, first);
    await harness.runUntil(now + 3 * MINUTE);
    expect((await harness.ports.runs.readControl(later.uid))?.status).toBe('SUCCEEDED');
  });
});
