import { describe, expect, it } from 'vitest';
import { deriveUid, readUid } from '../../shared/domain/ids.ts';
import { receiverUid } from '../../shared/domain/receiver.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { deliverCallback } from '../../shared/engine/callbacks/deliver-callback.ts';
import { newRecord, targetOf } from '../../shared/engine/callbacks/delivery.ts';
import { reconcileReceiver } from '../../shared/engine/callbacks/reconcile-receiver.ts';
import { sweep } from '../../shared/engine/sweep/sweep.ts';
import { createEngineHarness, type EngineHarness, type Posted, START } from '../support/engine-harness.ts';
import { listDueEntries } from '../support/list-due.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The longest from one probe to the next, the sweep that sees to it, and the spread of what it sends. */
const SOON_MS = 9 * MINUTE_MS;
const INPUTS = Array.from({ length: 12 }, () => ({ pages: 2, per_page: 1 }));
const CALLBACKS = 12 * 2 + 1;

const says = (status: number, retryAfter?: string): CallbackAnswer => ({
  kind: 'answered',
  status,
  body: '',
  retryAfter,
});
const TAKEN = says(204);
const NO_ANSWER: CallbackAnswer = { kind: 'failed', message: 'timed out' };

function idOf({ headers }: Posted): string {
  return headers['webhook-id'] ?? '';
}

/** A harness with a receiver that is away until then, and a run to it; of 25 callbacks, if not told otherwise. */
async function awayUntil(backAt: number, away = NO_ANSWER, inputs = INPUTS) {
  const taken = new Map<string, number>();
  const harness = createEngineHarness({
    actions: [numberedPages],
    answer: (post) => {
      if (post.at < backAt && !post.url.includes('/other')) return away;
      if (!taken.has(idOf(post))) taken.set(idOf(post), post.at);
      return TAKEN;
    },
  });
  const { definition } = await harness.launch({ inputs });
  return { harness, definition, taken };
}

async function records(harness: EngineHarness, runUid: string) {
  const { callbacks } = harness.ports;
  return [...(await callbacks.listRecords(runUid, 0)), ...(await callbacks.listRecords(runUid, null))];
}

describe('a receiver that is away', () => {
  it.each([
    ['does not answer', NO_ANSWER],
    ['answers 503', says(503)],
  ])('and %s is left alone but for probes, and gets all it missed soon after its return', async (_, away) => {
    const backAt = START + 9 * HOUR_MS;
    // Enough that each probe is the first attempt of another.
    const { harness, taken } = await awayUntil(backAt, away, Array.from({ length: 9 }, () => INPUTS).flat());
    await harness.runUntil(backAt);
    const callbacks = 9 * (CALLBACKS - 1) + 1;
    expect(harness.posted.length).toBeLessThanOrEqual(1.2 * callbacks);
    const probes = harness.posted.filter(({ at }) => at > START + HOUR_MS).map(({ at }) => at);
    const gaps = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4 * MINUTE_MS);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(7 * MINUTE_MS);
    await harness.runUntil(START + 5 * DAY_MS);
    expect(taken.size).toBe(callbacks);
    expect(Math.max(...taken.values()) - backAt).toBeLessThanOrEqual(SOON_MS);
  });

  it('does not hold up another one of its workspace', async () => {
    const { harness, taken } = await awayUntil(START + HOUR_MS);
    await harness.runUntil(START + 5 * MINUTE_MS);
    const callback = { url: 'https://receiver.example/other?run=2', headers: {}, on: 'all' } as const;
    const { definition } = await harness.launch({ inputs: INPUTS, callback });
    const launchedAt = harness.now();
    await harness.runUntil(launchedAt + 2 * MINUTE_MS);
    expect([...taken.keys()].filter((id) => readUid(id)?.runUid === definition.uid)).toHaveLength(CALLBACKS);
  });

  it('is the same whatever the query of its URL says', async () => {
    const { harness } = await awayUntil(START + HOUR_MS);
    await harness.runUntil(START + 5 * MINUTE_MS);
    const before = harness.posted.length;
    await harness.launch({
      inputs: INPUTS,
      callback: { url: 'https://receiver.example/hook?run=2', headers: {}, on: 'all' },
    });
    await harness.runUntil(harness.now() + 2 * MINUTE_MS);
    expect(harness.posted.length - before).toBeLessThanOrEqual(3);
  });

  it('and never comes back has each callback tried once more at the end of its time, then FAILED', async () => {
    const { harness, definition } = await awayUntil(Infinity, NO_ANSWER, INPUTS.slice(0, 3));
    await harness.runUntil(START + 6 * DAY_MS);
    const stored = await records(harness, definition.uid);
    expect(stored.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'FAILED'));
    const last = Map.groupBy(harness.posted, idOf);
    for (const { uid, retryCount } of stored) {
      const at = Math.max(...(last.get(uid)?.map((post) => post.at) ?? [0]));
      expect(retryCount === 9 || at >= START + 90 * HOUR_MS, `${uid} at ${at - START}, retry ${retryCount}`).toBe(true);
      expect(last.get(uid)?.length).toBeLessThanOrEqual(10);
    }
    expect(Math.max(...harness.posted.map(({ at }) => at))).toBeLessThanOrEqual(START + 92 * HOUR_MS);
  });

  it('gets no replay before it is back, and then what is replayed as all that waits', async () => {
    const backAt = START + 9 * HOUR_MS + 1_000;
    const { harness, definition, taken } = await awayUntil(backAt);
    await harness.runUntil(backAt - MINUTE_MS);
    const stored = await records(harness, definition.uid);
    const [held] = stored.filter(({ heldSince }) => heldSince !== null);
    if (held === undefined) throw new Error('nothing is held');
    const before = harness.posted.length;
    for (let n = 0; n < 5; n += 1) await replayCallback(harness.ports, held, Buffer.from(`request ${n}`));
    await harness.runUntil(backAt);
    expect(harness.posted.length - before).toBeLessThanOrEqual(1); // a probe, whichever it is
    await harness.runUntil(backAt + SOON_MS);
    expect(taken.size).toBe(CALLBACKS);
    expect(harness.posted.filter((post) => idOf(post) === held.uid && post.at >= backAt)).toHaveLength(6);
  });

  it('gets what it missed though the messages are lost that bring it', async () => {
    const backAt = START + 9 * HOUR_MS;
    const { harness, taken, definition } = await awayUntil(backAt);
    await harness.runUntil(backAt);
    const uid = receiverUid(definition.workspaceUid, 'https://receiver.example/hook');
    await harness.ports.receivers.forgetReceiver(uid); // as one does that got through
    await reconcileReceiver(harness.ports, uid);
    expect(taken.size).toBe(0);
    harness.loseQueued();
    await harness.runUntil(harness.now() + 25 * MINUTE_MS);
    expect(taken.size).toBe(CALLBACKS);
  });

  it('says when to come again, and is not asked before, though it be back', async () => {
    const askedAt = START + 10_000;
    const harness = createEngineHarness({
      actions: [numberedPages],
      answer: ({ at }) => (at < askedAt ? says(429, '7200') : TAKEN),
    });
    await harness.launch({ inputs: INPUTS });
    await harness.runUntil(START + MINUTE_MS);
    const asked = new Set(harness.posted.filter(({ at }) => at < askedAt).map(idOf));
    await harness.runUntil(START + DAY_MS);
    for (const id of asked) {
      const [first = 0, second = 0] = harness.posted.filter((post) => idOf(post) === id).map(({ at }) => at);
      expect(second - first).toBeGreaterThanOrEqual(7_200_000);
    }
  });

  it('is its whole host where several of its paths hang, until one of them answers', async () => {
    const backAt = START + HOUR_MS;
    const taken = new Set<string>();
    const harness = createEngineHarness({
      actions: [numberedPages],
      answer: (post) => {
        if (post.at < backAt) return NO_ANSWER;
        taken.add(idOf(post));
        return TAKEN;
      },
    });
    for (let n = 0; n < 20; n += 1) {
      const callback = { url: `https://receiver.example/run/${n}`, headers: {}, on: 'all' } as const;
      await harness.launch({ inputs: [{ pages: 2, per_page: 1 }], callback });
      await harness.runUntil(harness.now() + 30_000);
    }
    await harness.runUntil(backAt);
    const paths = new Set(harness.posted.map(({ url }) => new URL(url).pathname));
    expect(paths.size).toBeLessThan(20);
    expect(harness.posted.length).toBeLessThanOrEqual(40); // of 60 callbacks, which by themselves were tried thrice by now
    await harness.runUntil(backAt + SOON_MS);
    expect(taken.size).toBe(60);
  });

  it('is not its host while another path of that answers, nor where its paths answer that they cannot', async () => {
    for (const away of [NO_ANSWER, says(503)]) {
      const harness = createEngineHarness({
        actions: [numberedPages],
        answer: ({ url }) => (url.includes('/well') ? TAKEN : away),
      });
      const urlOf = (path: string) => ({ url: `https://receiver.example/${path}`, headers: {}, on: 'all' }) as const;
      for (let n = 0; n < 6; n += 1) {
        await harness.launch({ inputs: [{ pages: 2, per_page: 1 }], callback: urlOf(`dead/${n}`) });
        await harness.runUntil(harness.now() + 2_000);
        if (away === NO_ANSWER || n === 5)
          await harness.launch({ inputs: [{ pages: 1, per_page: 1 }], callback: urlOf('well') });
        await harness.runUntil(harness.now() + 2_000);
      }
      await harness.runUntil(harness.now() + 1_000);
      const well = harness.posted.filter(({ url }) => url.includes('/well'));
      expect(well).toHaveLength(away === NO_ANSWER ? 12 : 2);
    }
  });

  it('that is there but refuses has every callback on its own schedule', async () => {
    const { harness } = await awayUntil(Infinity, says(404));
    await harness.runUntil(START + 10 * MINUTE_MS);
    expect(harness.posted).toHaveLength(CALLBACKS * 3);
  });

  it('and has more waiting than one look sends on, is looked at until nothing waits', async () => {
    const { ports } = createEngineHarness({ actions: [numberedPages] });
    const uid = receiverUid('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'https://receiver.example/hook');
    const rows = Array.from({ length: 1_001 }, (_, n) => ({ uid: `callback ${n}`, attempt: 1, dueAt: n, giveUpAt: n }));
    await Promise.all(rows.map((row) => ports.receivers.putHeld(uid, { ...row, heldAt: START }, START)));
    expect(await reconcileReceiver(ports, uid)).toEqual({ at: START + MINUTE_MS, hasMore: true });
    expect(await ports.receivers.listHeld(uid, 10)).toHaveLength(1);
    expect(await reconcileReceiver(ports, uid)).toBeNull();
    expect(await ports.receivers.listHeld(uid, 10)).toEqual([]);
  });

  it('has ten thousand of what waits sent on by a sweep, and the rest by the next', async () => {
    const { ports } = createEngineHarness({ actions: [numberedPages] });
    const uid = receiverUid('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'https://receiver.example/hook');
    const rows = Array.from({ length: 10_500 }, (_, n) => ({
      uid: `callback ${n}`,
      attempt: 1,
      dueAt: n,
      giveUpAt: n,
    }));
    await Promise.all(rows.map((row) => ports.receivers.putHeld(uid, { ...row, heldAt: START }, START)));
    await ports.due.putDue({ at: START, kind: 'receiver', uid });
    await sweep(ports, START + MINUTE_MS);
    expect(await ports.receivers.listHeld(uid, 1_000)).toHaveLength(500);
    const again = { at: START + MINUTE_MS, kind: 'receiver', uid };
    expect(await listDueEntries(ports.due, START + DAY_MS, 10)).toEqual([again]);
  });
});

/** A receiver that took the callbacks of a run of one input and is away since then; and the run's first callback. */
async function awaySinceThen() {
  let isAway = false;
  const harness = createEngineHarness({ actions: [numberedPages], answer: () => (isAway ? NO_ANSWER : TAKEN) });
  const { definition } = await harness.launch({ inputs: INPUTS.slice(0, 1) });
  await harness.runUntil(START + MINUTE_MS);
  isAway = true;
  await harness.launch({ inputs: INPUTS });
  await harness.runUntil(START + 2.5 * MINUTE_MS); // before the first probe
  return { harness, uid: deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 }) };
}

it('a callback that was taken is not held, though a second message of it comes when its receiver is away', async () => {
  const { harness, uid } = await awaySinceThen();
  const delivered = await deliverCallback(harness.ports, { kind: 'callback', uid, attempt: 0 }, { by: 'me', count: 1 });
  expect(delivered.outcome).toBe('held'); // it was not posted
  expect(await harness.ports.callbacks.readRecord(uid)).toBeNull();
});

it('a worker that was frozen before it could hold a callback makes no record: nobody would look after it', async () => {
  const { harness, uid } = await awaySinceThen();
  const readDeliveries = async () => {
    harness.skipTo(harness.now() + 81_000);
    return []; // as of a callback that nobody has taken
  };
  const ports = { ...harness.ports, callbacks: { ...harness.ports.callbacks, readDeliveries } };
  const message = { kind: 'callback', uid, attempt: 0 } as const;
  await expect(deliverCallback(ports, message, { by: 'sleepy', count: 1 })).rejects.toThrow('was frozen');
  expect(await harness.ports.callbacks.readRecord(uid)).toBeNull();
});

it('a callback that has waited all its time is posted, though no probe is due', async () => {
  const { harness } = await awaySinceThen();
  const uid = receiverUid('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'https://receiver.example/hook');
  const [held] = await harness.ports.receivers.listHeld(uid, 1);
  const receiver = await harness.ports.receivers.readReceiver(uid, 'strong');
  if (held === undefined || receiver === null) throw new Error('nothing is held');
  harness.skipTo(held.giveUpAt);
  await harness.ports.receivers.takeProbe(uid, receiver.probeAt, harness.now() + HOUR_MS); // another is the probe
  const message = { kind: 'callback', uid: held.uid, attempt: held.attempt } as const;
  const before = harness.posted.length;
  await deliverCallback(harness.ports, message, { by: 'me', count: 1 });
  expect(harness.posted.slice(before).map(idOf)).toEqual([held.uid]);
  expect(await harness.ports.callbacks.readRecord(held.uid)).toMatchObject({ status: 'FAILED' });
});

it('a probe is not spent on a callback that waits no more', async () => {
  const { harness } = await awaySinceThen();
  const uid = receiverUid('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'https://receiver.example/hook');
  harness.loseQueued();
  const [first, second] = await harness.ports.receivers.listHeld(uid, 10);
  if (first === undefined || second === undefined) throw new Error('several are held');
  const record = await harness.ports.callbacks.readRecord(first.uid);
  if (record === null) throw new Error('what is held has a record');
  const { status, retryCount, by } = record;
  const ended = { status: 'FAILED', retryCount, by, nextAttemptAt: null } as const;
  await harness.ports.callbacks.updateRecord(first.uid, { status, retryCount }, ended);
  harness.skipTo(harness.now() + HOUR_MS);
  const before = harness.sent.length;
  await reconcileReceiver(harness.ports, uid);
  expect(harness.sent.slice(before).map(({ message }) => message)).toEqual([
    { kind: 'callback', uid: second.uid, attempt: second.attempt },
  ]);
});

it('a callback that was taken is on record as taken, also where its receiver could not be noted to be there', async () => {
  const { harness, definition } = await awayUntil(START);
  await harness.runUntil(START + MINUTE_MS);
  const uid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
  const replay = await harness.ports.callbacks.createRecord({
    ...newRecord(
      {
        message: { kind: 'callback', uid, attempt: 0 },
        about: readUid(uid) ?? never(),
        target: targetOf(definition) ?? never(),
      },
      START,
    ),
    uid: deriveUid(definition.uid, 'run_finished', { ending: 9 }),
  });
  let reads = 0;
  const readReceiver = async () => {
    if ((reads += 1) > 1) throw new Error('throttled');
    return null;
  };
  const receivers = { ...harness.ports.receivers, readReceiver };
  const message = { kind: 'callback', uid: replay.uid, attempt: 0 } as const;
  const replayed = { ...replay, parentUid: uid };
  const callbacks = { ...harness.ports.callbacks, readRecord: async () => replayed };
  const delivered = deliverCallback({ ...harness.ports, callbacks, receivers }, message, { by: 'me', count: 2 });
  await expect(delivered).rejects.toThrow('throttled');
  expect(await harness.ports.callbacks.readRecord(replay.uid)).toMatchObject({ status: 'SUCCESS' });
});

function never(): never {
  throw new Error('The uid names a callback.');
}
