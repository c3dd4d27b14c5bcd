import { expect, test } from 'vitest';
import type { CallbackAttempt } from '../../shared/domain/callback.ts';
import { deriveUid, readUid } from '../../shared/domain/ids.ts';
import { CLAIM_LEASE_MS } from '../../shared/domain/timing.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { deferCallback } from '../../shared/engine/callbacks/defer-callback.ts';
import { newRecord, targetOf } from '../../shared/engine/callbacks/delivery.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { findAttempts, findCallback } from '../../shared/engine/read/find-callback.ts';
import { recordKey } from '../../shared/storage/keys.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const DAY_MS = 86_400_000;

function says(status: number, body = `status ${status}`): CallbackAnswer {
  return { kind: 'answered', status, body, retryAfter: undefined };
}

/** A run of one page that has ended, whose receiver answered the page's callback like this. */
async function runOf(answer: (attempt: number, harness: EngineHarness) => CallbackAnswer, days = 5) {
  const harness: EngineHarness = createEngineHarness({
    actions: [numberedPages],
    answer: ({ body }, attempt) => (body.includes('"type":"run.page"') ? answer(attempt, harness) : says(204)),
  });
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await harness.runUntil(START + days * DAY_MS);
  const posts = harness.posted.filter(({ body }) => body.includes('"type":"run.page"'));
  const uid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
  const ports = { ...harness.ports, reader: harness.reader };
  return { harness, definition, posts, uid, ports, attempts: () => findAttempts(ports, definition.workspaceUid, uid) };
}

const numbers = (attempts: readonly CallbackAttempt[]) => attempts.map(({ attempt }) => attempt);

test('all ten attempts of a receiver that never answers well are listed, each with its time and the first 512 bytes', async () => {
  const { posts, attempts } = await runOf((attempt) => says(500 + attempt, 'ö'.repeat(2_000)));
  const listed = await attempts();
  expect(numbers(listed)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(listed.map(({ httpStatus }) => httpStatus)).toEqual(posts.map((_, attempt) => 500 + attempt));
  expect(listed.map(({ at }) => at)).toEqual(posts.map(({ at }) => at));
  for (const one of listed) {
    expect(Buffer.byteLength(one.httpResponse ?? '')).toBe(512);
    expect(one.error).toMatchObject({ error_label: 'UPSTREAM_ERROR', error_scope: 'receiver' });
  }
});

test('a success at the first attempt is listed though it has no record, with how long it took', async () => {
  const { posts, attempts, uid, harness } = await runOf((_, during) => {
    during.skipTo(during.now() + 321);
    return says(201);
  });
  expect(await harness.ports.callbacks.readRecord(uid)).toBeNull();
  expect(await attempts()).toMatchObject([
    { attempt: 0, at: posts[0]?.at, durationMs: 321, httpStatus: 201, httpResponse: null, error: null },
  ]);
});

test('a failure, no answer and a success are listed as they were', async () => {
  const { attempts } = await runOf((attempt) => {
    if (attempt === 1) return { kind: 'failed', message: 'connection refused' };
    return says(attempt === 0 ? 302 : 200);
  });
  expect(await attempts()).toMatchObject([
    { attempt: 0, httpStatus: 302, httpResponse: 'status 302', error: { error_scope: 'receiver' } },
    { attempt: 1, httpStatus: null, httpResponse: null, error: { message: expect.stringContaining('refused') } },
    { attempt: 2, httpStatus: 200, httpResponse: 'status 200', error: null },
  ]);
});

test('a replay lists its own attempts, and its original those of before', async () => {
  const { ports, definition, uid, harness, attempts } = await runOf((attempt) => says(attempt === 0 ? 410 : 200));
  expect(await attempts()).toMatchObject([{ attempt: 0, httpStatus: 410 }]);
  const { record } = await findCallback(ports, definition.workspaceUid, uid);
  const replay = await replayCallback(ports, record, Buffer.from('a seed'));
  await harness.runUntil(START + 6 * DAY_MS);
  expect(await findAttempts(ports, definition.workspaceUid, replay.uid)).toMatchObject([
    { attempt: 0, httpStatus: 200, error: null },
  ]);
  expect(await attempts()).toHaveLength(1);
});

test('an attempt whose worker died before it recorded anything is listed as interrupted', async () => {
  const { harness, attempts, uid } = await runOf((attempt) => says(attempt === 0 ? 500 : 200), 0);
  await harness.runUntil(START + 2_000);
  const claimedAt = harness.now();
  const claim = { status: 'RUNNING', retryCount: 1, by: 'died', nextAttemptAt: claimedAt + CLAIM_LEASE_MS } as const;
  expect(await harness.ports.callbacks.updateRecord(uid, { status: 'PENDING', retryCount: 0 }, claim)).toBe(true);
  await harness.runUntil(START + DAY_MS);
  const [, second, ...further] = await attempts();
  expect(second).toMatchObject({ attempt: 1, at: claimedAt, durationMs: null, httpStatus: null });
  expect(second?.error?.message).toContain('interrupted');
  expect(further).toMatchObject([{ attempt: 2, httpStatus: 200 }]);
});

/** The first attempt at the callback of a run that has just begun, which has no seat. */
async function firstAttempt() {
  const harness = createEngineHarness({ actions: [numberedPages] });
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const uid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
  const about = readUid(uid);
  const target = targetOf(definition);
  if (about === null || target === null) throw new Error('a run with a callback has such a target');
  const message = { kind: 'callback', uid, attempt: 0 } as const;
  const receipt = { by: 'me', count: 1 };
  const takenAt = harness.now();
  const delivery = { message, receipt, record: null, about, target, definition, page: null, takenAt };
  return { harness, delivery };
}

test('a first attempt that was cut off is listed', async () => {
  const { harness, delivery } = await firstAttempt();
  const { definition, message } = delivery;
  const cut = { attempt: 0, by: 'me', at: START, durationMs: 3_000, httpStatus: null, httpResponse: null, error: null };
  await deferCallback(harness.ports, delivery, cut);
  const ports = { ...harness.ports, reader: harness.reader };
  expect(await findAttempts(ports, definition.workspaceUid, message.uid)).toEqual([cut]);
});

test('a callback that was held for hours is deferred by seconds, as any that was not deferred before', async () => {
  const { harness, delivery } = await firstAttempt();
  const record = await harness.ports.callbacks.createRecord(newRecord(delivery, START));
  harness.skipTo(START + 9 * 3_600_000);
  await deferCallback(harness.ports, { ...delivery, record, takenAt: harness.now() }, null);
  expect(harness.sent.at(-1)).toMatchObject({ message: { uid: record.uid, slow: true }, delayMs: 4_500 });
});

test('an attempt that is written twice is listed once', async () => {
  const { harness, attempts, uid } = await runOf((attempt) => says(attempt === 0 ? 500 : 200), 0);
  await harness.runUntil(START + 2_000);
  const attempt: CallbackAttempt = {
    attempt: 1,
    by: 'me',
    at: START + 5_000,
    durationMs: 7,
    httpStatus: 503,
    httpResponse: 'x',
    error: null,
  };
  const expected = { status: 'PENDING', retryCount: 0 } as const;
  for (let time = 0; time < 2; time += 1) {
    const change = { ...expected, by: 'me', attempt };
    expect(await harness.ports.callbacks.updateRecord(uid, expected, change)).toBe(true);
  }
  expect(numbers(await attempts())).toEqual([0, 1]);
});

test('of what release 0.1.0 recorded the last attempt is shown, as far as it is known', async () => {
  const { harness, attempts, uid } = await runOf((attempt) => says(attempt < 2 ? 500 : 200));
  const record = await harness.ports.callbacks.readRecord(uid);
  const key = recordKey(uid);
  if (record === null || key === null) throw new Error('a callback that failed has a record');
  await harness.table.delete(key);
  await harness.ports.callbacks.createRecord({ ...record, attempts: [] });
  expect(await attempts()).toEqual([
    {
      attempt: 2,
      by: '',
      at: record.deliveredAt,
      durationMs: null,
      httpStatus: 200,
      httpResponse: 'status 200',
      error: null,
    },
  ]);
});
