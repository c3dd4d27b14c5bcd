import { describe, expect, test } from 'vitest';
import { hashedUuid } from '../../shared/domain/ids.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import type { StoredBulk } from '../../shared/engine/bulk/bulk-ports.ts';
import { cancelBulk } from '../../shared/engine/bulk/cancel-bulk.ts';
import { type BulkRequest, startBulk } from '../../shared/engine/bulk/start-bulk.ts';
import { stepBulk } from '../../shared/engine/bulk/step-bulk.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { createBulkStore } from '../../shared/storage/bulk-store.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
const MINUTE = 60_000;
const DAY = 86_400_000;
const ALL = {
  statuses: null,
  actionNames: null,
  modes: null,
  uids: null,
  scheduledRunUids: null,
  names: null,
  tags: null,
  createdFrom: 0,
  createdBefore: Infinity,
} as const;

/** A system with so many runs that wait for a moment a day ahead. */
async function openHarness(runs: number) {
  const { oneRecord } = createSampleActions();
  const harness = createEngineHarness({ actions: [oneRecord], redelivers: true });
  const { definition, control } = await harness.launch({
    inputs: [{ key: 'a' }],
    scheduleAt: START + DAY,
    callback: null,
  });
  const uids = [definition.uid];
  while (uids.length < runs) uids.push(await harness.createTwin(definition, control));
  await harness.runUntil(START + 1_000);
  harness.loseQueued();
  return { harness, uids };
}

let bulks = 0;
const start = (harness: EngineHarness, request: Partial<BulkRequest> = {}) => {
  const uid = hashedUuid(`bulk ${(bulks += 1)}`);
  const wanted = {
    workspaceUid: WORKSPACE,
    action: 'cancel',
    filter: ALL,
    asked: {},
    dryRun: false,
    ...request,
  } as const;
  return startBulk(harness.ports, wanted, uid);
};

async function read(harness: EngineHarness, uid: string) {
  const bulk = await harness.ports.bulks.readBulk(uid);
  if (bulk === null) throw new Error('there is no bulk');
  return bulk;
}

async function controlsOf(harness: EngineHarness, uids: readonly string[]): Promise<RunControl[]> {
  const controls = await Promise.all(uids.map((uid) => harness.ports.runs.readControl(uid)));
  return controls.filter((control) => control !== null);
}

const stopsOf = ({ history }: RunControl): number => history.filter(({ status }) => status === 'STOPPED').length;

/** Does this in place of each record of a step from now on; `record` makes it. */
function onRecord(
  { ports, table }: EngineHarness,
  instead: (next: StoredBulk, record: () => Promise<boolean>) => Promise<boolean>,
): void {
  const store = createBulkStore(table);
  ports.bulks.replaceBulk = (next) => instead(next, () => store.replaceBulk(next));
}

/** A call that fails after it was made, each `nth` time: its worker died. */
function dying<Call extends (...args: never[]) => Promise<unknown>>(call: Call, nth: number): Call {
  let calls = 0;
  const made = async (...args: Parameters<Call>) => {
    const result = await call(...args);
    calls += 1;
    if (calls % nth === 0) throw new Error('the worker died');
    return result;
  };
  return made as Call; // cast: the same signature
}

test('a bulk cancels 10,000 runs, each once, though its workers die', { timeout: 120_000 }, async () => {
  const { harness, uids } = await openHarness(10_000);
  const { runs, bulks: store } = harness.ports;
  const work = {
    ...harness.ports,
    reader: harness.reader,
    // In the middle of a step, and after it was recorded, before the next was sent.
    runs: { ...runs, moveRun: dying((...move: Parameters<typeof runs.moveRun>) => runs.moveRun(...move), 997) },
    bulks: { ...store, replaceBulk: dying((next: StoredBulk) => store.replaceBulk(next), 41) },
  };
  const { uid } = await start(harness);
  let deaths = 0;
  for (let bulk = await read(harness, uid); bulk.finishedAt === null; bulk = await read(harness, uid)) {
    const message = { kind: 'bulk', bulkUid: uid, step: bulk.step, dueAt: null } as const;
    await stepBulk(work, message, { by: '', count: 1 }).catch(() => (deaths += 1));
  }
  expect(deaths).toBeGreaterThan(15);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 10_000, done: 10_000, failed: 0 });
  const controls = await controlsOf(harness, uids);
  expect(controls.filter((control) => control.status === 'STOPPED' && stopsOf(control) === 1)).toHaveLength(10_000);
});

test('a bulk goes on after its messages were lost', async () => {
  const { harness } = await openHarness(150);
  const { messages } = harness.ports;
  const sender = { ...messages };
  let steps = 0;
  messages.send = async (...sent) => {
    if (sent[0].kind === 'bulk') steps += 1;
    if (steps !== 4) return sender.send(...sent); // of that step no message arrives
  };
  const { uid } = await start(harness);
  onRecord(harness, async (_, record) => {
    const replaced = await record();
    if (steps === 2 || steps === 6) throw new Error('the worker died');
    return replaced;
  });
  harness.loseQueued();
  await harness.runUntil(START + 30 * MINUTE);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 150, done: 150, failed: 0 });
});

test('a step that is repeated after a crash leaves alone what was done, whatever became of the run since', async () => {
  const { harness, uids } = await openHarness(3);
  const { uid } = await start(harness);
  const work = { ...harness.ports, reader: harness.reader };
  const step = async (count = 1) => {
    const { step: number } = await read(harness, uid);
    await stepBulk(work, { kind: 'bulk', bulkUid: uid, step: number, dueAt: null }, { by: '', count });
  };
  await step();
  await step();
  onRecord(harness, () => Promise.reject(new Error('the worker died')));
  await expect(step()).rejects.toThrow('died');
  onRecord(harness, (_, record) => record());
  const [first = ''] = uids;
  const definition = await harness.ports.runs.readDefinition(first);
  if (definition === null) throw new Error('the run is gone');
  await resumeRun(harness.ports, definition);
  await step(2);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', done: 3, failed: 0 });
  const controls = await controlsOf(harness, uids);
  expect(controls.map(stopsOf)).toEqual([1, 1, 1]);
  expect(controls.map(({ status }) => status)).toEqual(['QUEUED', 'STOPPED', 'STOPPED']);
});

test('a retry is not done twice by two workers with the same step, nor counted twice', async () => {
  const { oneRecord } = createSampleActions();
  const failing = { ...oneRecord, run: () => Promise.reject(new Error('it fails')) };
  const harness = createEngineHarness({ actions: [failing], redelivers: true });
  const { definition } = await harness.launch({ inputs: [{ key: 'a' }] });
  await harness.runUntil(START + 10 * MINUTE);
  const work = { ...harness.ports, reader: harness.reader };
  const { uid } = await start(harness, { action: 'retry' });
  harness.loseQueued();
  for (let round = 0; round < 3; round += 1) {
    const { step } = await read(harness, uid);
    const message = { kind: 'bulk', bulkUid: uid, step, dueAt: null } as const;
    const both = [1, 2].map(() => stepBulk(work, message, { by: '', count: 1 }));
    await Promise.all(both);
  }
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 1, done: 1 });
  await harness.runUntil(START + 60 * MINUTE);
  expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({ status: 'FAILED', retryCount: 1 });
});

test('a retry that was done is not done again, though its run has failed once more since', async () => {
  const { oneRecord } = createSampleActions();
  const failing = { ...oneRecord, run: () => Promise.reject(new Error('it fails')) };
  const harness = createEngineHarness({ actions: [failing], redelivers: true });
  const { definition } = await harness.launch({ inputs: [{ key: 'a' }] });
  await harness.runUntil(START + 10 * MINUTE);
  const { uid } = await start(harness, { action: 'retry' });
  // The worker dies after the retry; the check finds the step minutes later, when the run has failed again.
  let deaths = 0;
  onRecord(harness, (next, record) => {
    if (next.done === 0 || deaths > 0) return record();
    deaths += 1;
    return Promise.reject(new Error('the worker died'));
  });
  await harness.runUntil(START + 60 * MINUTE);
  expect(deaths).toBe(1);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 1, done: 1, failed: 0 });
  expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({ status: 'FAILED', retryCount: 1 });
});

test('a replay of failed callbacks posts each of them once more, though a worker dies and its step is repeated', async () => {
  const { numberedPages } = createSampleActions();
  let status = 410;
  const answer = () => ({ kind: 'answered', status, body: '', retryAfter: undefined }) as const;
  const harness = createEngineHarness({ actions: [numberedPages], answer, redelivers: true });
  for (let runs = 0; runs < 2; runs += 1) await harness.launch({ inputs: [{ pages: 2, per_page: 1 }] });
  await harness.runUntil(START + 10 * MINUTE);
  const failed = new Set(harness.posted.map(({ headers }) => headers['webhook-id']));
  const before = harness.posted.length;
  status = 204;
  const delivered = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await harness.runUntil(harness.now() + MINUTE);
  status = 410; // what fails again could be replayed again
  const { uid } = await start(harness, { action: 'replay_callbacks' });
  let deaths = 0;
  onRecord(harness, (next, record) => {
    if (next.done === 0 || deaths > 0) return record();
    deaths += 1;
    return Promise.reject(new Error('the worker died'));
  });
  await harness.runUntil(harness.now() + 60 * MINUTE);
  expect(deaths).toBe(1);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 3, done: 3, failed: 0 });
  const again = harness.posted.slice(before).filter(({ body }) => !body.includes(delivered.definition.uid));
  expect([failed.size, again.length]).toEqual([6, 6]);
  expect(new Set(again.map(({ headers }) => headers['webhook-id']))).toEqual(failed);
});

test('of two lists of the same runs the first one stands', async () => {
  const { harness } = await openHarness(1);
  const bulk = await start(harness);
  const part = (runUid: string) => ({ runUids: [runUid], listedTo: null, more: false });
  expect(await harness.ports.bulks.putPart(bulk, 0, part('first'))).toEqual(part('first'));
  expect(await harness.ports.bulks.putPart(bulk, 0, part('second'))).toEqual(part('first'));
  expect(await harness.ports.bulks.readPart(bulk.uid, 0)).toEqual(['first']);
});

test('a bulk that is cancelled while its runs are listed does nothing to them', async () => {
  const { harness, uids } = await openHarness(3);
  const { uid } = await start(harness);
  onRecord(harness, async (next, record) => {
    if (next.status !== 'RUNNING') return record();
    onRecord(harness, (_, now) => now());
    await cancelBulk(harness.ports, WORKSPACE, uid);
    return record();
  });
  await harness.runUntil(START + 10 * MINUTE);
  expect(await read(harness, uid)).toMatchObject({ status: 'CANCELLED', done: 0 });
  expect((await controlsOf(harness, uids)).every(({ status }) => status === 'SCHEDULED')).toBe(true);
});

test('what a bulk cannot do is listed with its reason, the first hundred of it', async () => {
  const { harness, uids } = await openHarness(130);
  const { uid } = await start(harness, { action: 'retry' });
  await harness.runUntil(START + 5 * MINUTE);
  const bulk = await read(harness, uid);
  expect(bulk).toMatchObject({ status: 'FINISHED', matched: 130, done: 0, failed: 130 });
  expect(bulk.failures).toHaveLength(100);
  expect(new Set(bulk.failures.map(({ runUid }) => runUid)).size).toBe(100);
  expect(bulk.failures[0]).toMatchObject({
    runUid: expect.toSatisfy((runUid: string) => uids.includes(runUid)),
    label: 'INVALID_STATE',
    message: expect.stringContaining('SCHEDULED'),
  });
});

test('runs that are created after a bulk began are not in it, nor those of another workspace', async () => {
  const { harness, uids } = await openHarness(2);
  const { uid } = await start(harness);
  await harness.runUntil(harness.now() + 1_000);
  const later = await harness.launch({ inputs: [{ key: 'a' }], scheduleAt: START + DAY });
  const workspaceUid = '00000000-0000-4000-8000-000000000000';
  const foreign = await harness.launch({ workspaceUid, inputs: [{ key: 'a' }], scheduleAt: START + DAY });
  await harness.runUntil(START + 5 * MINUTE);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 2, done: 2 });
  const controls = await controlsOf(harness, [...uids, later.definition.uid, foreign.definition.uid]);
  expect(controls.map(({ status }) => status)).toEqual(['STOPPED', 'STOPPED', 'SCHEDULED', 'SCHEDULED']);
});

test('a run that its filter names by its status is done, though the bulk itself changes that status', async () => {
  const { harness } = await openHarness(60);
  const { uid } = await start(harness, { filter: { ...ALL, statuses: ['SCHEDULED'] } });
  await harness.runUntil(START + 5 * MINUTE);
  expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', matched: 60, done: 60, failed: 0 });
});

describe('a dry run of a bulk', () => {
  test('counts its runs and leaves them as they are', async () => {
    const { harness, uids } = await openHarness(30);
    const { uid } = await start(harness, { dryRun: true });
    await harness.runUntil(START + 5 * MINUTE);
    expect(await read(harness, uid)).toMatchObject({ status: 'FINISHED', isCounted: true, matched: 30, done: 0 });
    expect((await controlsOf(harness, uids)).every(({ status }) => status === 'SCHEDULED')).toBe(true);
  });
});

test('a cancelled bulk goes no further, and counts what it had done', async () => {
  const { harness, uids } = await openHarness(200);
  const { uid } = await start(harness);
  onRecord(harness, async (next, record) => {
    // The cancel comes while the second step of runs is under way.
    if (next.offset !== 50) return record();
    onRecord(harness, (_, now) => now());
    await cancelBulk(harness.ports, WORKSPACE, uid);
    return record();
  });
  await harness.runUntil(START + 10 * MINUTE);
  expect(await read(harness, uid)).toMatchObject({ status: 'CANCELLED', matched: 200, done: 50 });
  const controls = await controlsOf(harness, uids);
  expect(controls.filter(({ status }) => status === 'STOPPED')).toHaveLength(50);
  expect(await cancelBulk(harness.ports, WORKSPACE, uid)).toMatchObject({ status: 'CANCELLED' });
});

test('a workspace has one bulk at work; the next begins when it is over', async () => {
  const { harness } = await openHarness(300);
  const first = await start(harness);
  await harness.runUntil(START + 1_000);
  const second = await start(harness, { action: 'resume' });
  const statuses: string[] = [];
  onRecord(harness, async (next, record) => {
    statuses.push(`${next.uid === first.uid ? 'first' : 'second'} ${next.status}`);
    return record();
  });
  await harness.runUntil(START + 30 * MINUTE);
  expect(statuses.indexOf('second COUNTING')).toBeGreaterThan(statuses.indexOf('first FINISHED'));
  expect(await read(harness, second.uid)).toMatchObject({ status: 'FINISHED', matched: 300, done: 300 });
});

test('a run whose verb fails for good does not hold up the others', async () => {
  const { harness, uids } = await openHarness(30);
  const runs = { ...harness.ports.runs };
  harness.ports.runs.readRun = (uid) =>
    uid === uids[7] ? Promise.reject(new TypeError('an item that cannot be read')) : runs.readRun(uid);
  const { uid } = await start(harness);
  await harness.runUntil(START + 2 * 60 * MINUTE);
  const bulk = await read(harness, uid);
  expect(bulk).toMatchObject({ status: 'FINISHED', matched: 30, done: 29, failed: 1 });
  expect(bulk.failures).toMatchObject([{ runUid: uids[7], label: 'INTERNAL_ERROR' }]);
});
