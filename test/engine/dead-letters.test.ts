import { describe, expect, test } from 'vitest';
import { deriveUid, shortHash } from '../../shared/domain/ids.ts';
import { handleDeadLetter } from '../../shared/engine/dead-letters/handle-dead-letter.ts';
import { dispatchRun } from '../../shared/engine/runs/dispatch-run.ts';
import { deliverCallback } from '../../shared/engine/callbacks/deliver-callback.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import type { Message } from '../../shared/engine/messages.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const GOOD = { pages: 3, per_page: 2 };

/** A harness in which messages die while `dies` says so; turned off by setting `isBroken` to false. */
function breakable(dies: (message: Message) => boolean, answer?: Parameters<typeof createEngineHarness>[0]['answer']) {
  const actions = createSampleActions();
  const state = { isBroken: true };
  const harness = createEngineHarness({
    actions: [actions.numberedPages],
    dies: (message) => state.isBroken && dies(message),
    ...(answer === undefined ? {} : { answer }),
  });
  return { harness, actions, state };
}

function bodies(harness: EngineHarness, type: string) {
  return harness.posted.map(({ body }) => JSON.parse(body)).filter((body) => body.type === type);
}

/** Everything a message died of, told to the dead letters again under a new message id and under its own. */
async function failAllSent(harness: EngineHarness): Promise<Set<string>> {
  const deadLetterOutcomes = new Set<string>();
  for (const [index, { message }] of [...harness.sent].entries()) {
    const deadLetter = {
      messageId: `again ${index}`,
      by: shortHash(`again ${index}`),
      queue: 'dead-letters',
      isUndelivered: false,
    };
    deadLetterOutcomes.add(await handleDeadLetter(harness.ports, message, deadLetter));
  }
  return deadLetterOutcomes;
}

const endDeadLetter = (harness: EngineHarness, message: Message, id = 'letter') =>
  handleDeadLetter(harness.ports, message, {
    messageId: id,
    by: shortHash(id),
    queue: 'dead-letters',
    isUndelivered: false,
  });

const controlOf = async (harness: EngineHarness, uid: string) => {
  const control = await harness.ports.runs.readControl(uid);
  if (control === null) throw new Error(`There is no run ${uid}.`);
  return control;
};

describe('a page that died', () => {
  const dies = (message: Message) => message.kind === 'page' && message.input === 1 && message.page === 1;

  test('fails its input visibly, and the run goes on to its end', async () => {
    const { harness, actions } = breakable(dies);
    const { definition } = await harness.launch({ inputs: Array.from({ length: 25 }, () => GOOD) });
    await harness.runUntil(START + 10 * MINUTE_MS);
    const { status, lastError, totals } = await controlOf(harness, definition.uid);
    expect(status).toBe('PARTIAL_SUCCEEDED');
    expect(lastError).toMatchObject({ error_label: 'INTERNAL_ERROR', retryable: true });
    expect(lastError?.error_ref).toMatch(/^[0-9a-f-]{36}$/);
    expect(totals).toMatchObject({ succeeded: 24, failed: 1, outputs: 24 * 6 + 2 });
    expect(bodies(harness, 'run.input_failed')).toMatchObject([{ input_index: 1, page: 1, error: lastError }]);
    expect(bodies(harness, 'run.finished')).toMatchObject([
      { manifest: { failed: 1, outputs: 146, callbacks: 24 * 3 + 2 + 1 } },
    ]);
    expect(actions.calls).toHaveLength(24 * 3 + 1);
  });

  test('of a run that was resumed since fails nothing, though its new window is not open yet', async () => {
    const { harness } = breakable(() => false);
    const waiting = { ...GOOD, fail_at: 1, fail_kind: 'rate_limited', times: 1, until: START + 50_000 };
    const { definition } = await harness.launch({ inputs: [waiting, GOOD] });
    await harness.runUntil(START + 10_000);
    const page = harness.sent.findLast(({ message }) => message.kind === 'page' && message.until !== null);
    if (page === undefined) throw new Error('a page waits');
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    await resumeRun(harness.ports, definition);
    expect(await endDeadLetter(harness, page.message)).toBe('NOTHING');
    await harness.runUntil(START + 30 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', totals: { failed: 0 } });
  });

  test('is run again by a retry, from that page on', async () => {
    const { harness, actions, state } = breakable(dies);
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD] });
    await harness.runUntil(START + 10 * MINUTE_MS);
    const calls = actions.calls.length;
    state.isBroken = false;
    await retryRun(harness.ports, definition);
    await harness.runUntil(START + 20 * MINUTE_MS);
    expect(actions.calls.length - calls).toBe(2);
    expect(bodies(harness, 'run.finished').at(-1)).toMatchObject({
      run: { status: 'SUCCEEDED', attempt: 2 },
      manifest: { succeeded: 2, outputs: 12, callbacks: 6 + 1 + 2 },
    });
  });

  test('of a run of one input that was never laid out fails that input and the run', async () => {
    const { harness, actions, state } = breakable(({ kind }) => kind === 'page' || kind === 'dispatch');
    const { definition } = await harness.launch({ inputs: [GOOD] });
    await harness.runUntil(START + 5 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({
      status: 'FAILED',
      lastError: { error_label: 'INTERNAL_ERROR' },
    });
    expect(bodies(harness, 'run.finished')).toHaveLength(1);
    state.isBroken = false;
    await retryRun(harness.ports, definition);
    await harness.runUntil(START + 20 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', attempt: 2 });
    expect(actions.calls).toHaveLength(3);
  });

  test('changes nothing where its page waits for another attempt', async () => {
    const actions = createSampleActions();
    const harness = createEngineHarness({ actions: [actions.numberedPages] });
    const until = START + 45_000;
    const input = { pages: 2, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', times: 1, until };
    const { definition } = await harness.launch({ inputs: [input] });
    await harness.runUntil(START + 10_000);
    const [first] = harness.sent.filter(({ message }) => message.kind === 'page');
    if (first === undefined) throw new Error('no page was sent');
    expect(await endDeadLetter(harness, first.message)).toBe('NOTHING');
    await harness.runUntil(START + 10 * MINUTE_MS);
    expect((await controlOf(harness, definition.uid)).status).toBe('SUCCEEDED');
  });

  test('is sent on to the end of its wait where it had written that down and could not send it', async () => {
    const { harness } = breakable(() => false);
    const waits = { ...GOOD, fail_at: 0, fail_kind: 'rate_limited', times: 1, until: START + 30_000 };
    const { definition } = await harness.launch({ inputs: [waits] });
    const page = harness.sent.map(({ message }) => message).find(({ kind }) => kind === 'page');
    if (page?.kind !== 'page') throw new Error('The page was not sent.');
    harness.loseQueued();
    const ports = { ...harness.ports, messages: { send: () => Promise.reject(new Error('away')) } };
    await expect(runPage(ports, page, { by: shortHash('letter'), count: 1 })).rejects.toThrow('away');
    expect(await endDeadLetter(harness, page)).toBe('CARRIED_ON');
    await harness.runUntil(START + 30 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', totals: { outputs: 6 } });
  });

  test('after its page was recorded gives what followed from that, once', async () => {
    // Page 0 is recorded; its message dies before it could send page 1.
    const actions = createSampleActions();
    const harness = createEngineHarness({ actions: [actions.numberedPages] });
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD] });
    const [dispatch] = harness.sent;
    if (dispatch?.message.kind !== 'dispatch') throw new Error('no dispatch was sent');
    await dispatchRun(harness.ports, dispatch.message, { by: 'dispatch', count: 1 });
    const first = harness.sent.find(({ message }) => message.kind === 'page' && message.input === 0);
    if (first?.message.kind !== 'page') throw new Error('no page was sent');
    const away = { ...harness.ports, messages: { send: () => Promise.reject(new Error('the queue is away')) } };
    await expect(runPage(away, first.message, { by: shortHash('its own'), count: 1 })).rejects.toThrow('away');

    expect(await endDeadLetter(harness, first.message, 'of another')).toBe('NOTHING');
    expect(await endDeadLetter(harness, first.message, 'its own')).toBe('CARRIED_ON');
    await harness.runUntil(START + 5 * MINUTE_MS);
    expect(await endDeadLetter(harness, first.message, 'its own')).toBe('NOTHING');
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', totals: { outputs: 12 } });
    // The queue still had the dispatch, and with it first pages that came twice; none of the rest did.
    expect(actions.calls.filter(({ page }) => page > 0)).toHaveLength(4);
  });
});

describe('a dispatch that died', () => {
  const dies = (message: Message) => message.kind === 'dispatch';

  test('is sent again, and its run starts as soon as one gets through', async () => {
    const { harness, actions, state } = breakable(dies);
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD] });
    await harness.runUntil(START + 60 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'CREATED', lastError: null });
    expect(actions.calls).toHaveLength(0);
    state.isBroken = false;
    await harness.runUntil(START + 90 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', attempt: 1 });
    expect(actions.calls).toHaveLength(6);
  });

  test('of a run at its deadline ends with it', async () => {
    const { harness } = breakable((message) => message.kind === 'dispatch' && message.epoch > 1);
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD], deadlineSeconds: 3_600 });
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + 120 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'STOPPED', reason: { code: 'DEADLINE' } });
    expect(bodies(harness, 'run.finished').map(({ run }) => run.status)).toEqual(['STOPPED', 'STOPPED']);
  });

  test('after a resume keeps what was recorded, and nothing of it runs twice', async () => {
    const { harness, actions, state } = breakable(dies);
    state.isBroken = false;
    const until = START + 50_000;
    const waiting = { pages: 3, per_page: 2, fail_at: 1, fail_kind: 'rate_limited', times: 1, until };
    const { definition } = await harness.launch({ inputs: [waiting, GOOD] });
    await harness.runUntil(START + 10_000);
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    state.isBroken = true;
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + 10 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'QUEUED' });
    state.isBroken = false;
    await harness.runUntil(START + 30 * MINUTE_MS);
    expect(bodies(harness, 'run.finished').at(-1)).toMatchObject({
      run: { status: 'SUCCEEDED', attempt: 2 },
      manifest: { outputs: 12, callbacks: 6 + 2 },
    });
    expect(actions.calls).toHaveLength(6 + 1); // one was told to wait
  });

  test('changes nothing of a run that is laid out, waits for its start, or has ended', async () => {
    const { harness, state } = breakable(dies);
    state.isBroken = false;
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD] });
    const later = await harness.launch({ inputs: [GOOD], scheduleAt: START + 60 * MINUTE_MS });
    const dispatch = (runUid: string): Message => ({ kind: 'dispatch', runUid, epoch: 1 });
    expect(await endDeadLetter(harness, dispatch(later.definition.uid))).toBe('NOTHING');
    await harness.runUntil(START + 1);
    expect(await endDeadLetter(harness, dispatch(definition.uid))).not.toBe('RUN_ENDED');
    await harness.runUntil(START + 10 * MINUTE_MS);
    const ended = await controlOf(harness, definition.uid);
    expect(await endDeadLetter(harness, dispatch(definition.uid))).toBe('NOTHING');
    expect(await controlOf(harness, definition.uid)).toEqual(ended);
    await harness.runUntil(START + 80 * MINUTE_MS);
    expect((await controlOf(harness, later.definition.uid)).status).toBe('SUCCEEDED');
  });
});

test('an intake that died fails its run, and a retry takes the upload in', async () => {
  const { harness, actions, state } = breakable(({ kind }) => kind === 'intake');
  const upload = harness.uploads.put('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'an-upload', `${JSON.stringify(GOOD)}\n`);
  const { definition } = await harness.launch({ inputs: [], upload });
  await harness.runUntil(START + 10 * MINUTE_MS);
  const failed = await controlOf(harness, definition.uid);
  expect(failed).toMatchObject({ status: 'FAILED', inputsTotal: 0, lastError: { error_label: 'INTERNAL_ERROR' } });
  expect(bodies(harness, 'run.finished')).toMatchObject([{ manifest: { inputs: 0, callbacks: 1 } }]);
  state.isBroken = false;
  await retryRun(harness.ports, definition);
  await harness.runUntil(START + 30 * MINUTE_MS);
  expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', inputsTotal: 1 });
  expect(actions.calls).toHaveLength(3);
});

test('an intake that died and was resumed since ends nothing: the run has its upload counted', async () => {
  const { harness } = breakable(() => false);
  const upload = harness.uploads.put('5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'an-upload', `${JSON.stringify(GOOD)}\n`);
  const { definition } = await harness.launch({ inputs: [], upload });
  harness.loseQueued();
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(harness.ports, definition);
  const intake: Message = { kind: 'intake', runUid: definition.uid, epoch: 1 };
  expect(await endDeadLetter(harness, intake)).toBe('NOTHING');
  await harness.runUntil(START + 30 * MINUTE_MS);
  expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'SUCCEEDED', inputsTotal: 1 });
});

describe('a callback that died', () => {
  test('of a page is a FAILED record, which can be replayed', async () => {
    const { harness, state } = breakable((message) => message.kind === 'callback' && message.uid === pageUid);
    const { definition } = await harness.launch({ inputs: [GOOD] });
    const pageUid = deriveUid(definition.uid, 'page', { input: 0, page: 1, part: 1 });
    await harness.runUntil(START + 10 * MINUTE_MS);
    const record = await harness.ports.callbacks.readRecord(pageUid);
    expect(record).toMatchObject({ status: 'FAILED', input: 0, page: 1, error: { error_label: 'INTERNAL_ERROR' } });
    expect(bodies(harness, 'run.page')).toHaveLength(2);
    expect((await controlOf(harness, definition.uid)).status).toBe('SUCCEEDED');
    state.isBroken = false;
    if (record === null) throw new Error('no record');
    await replayCallback(harness.ports, record, Buffer.alloc(10, 7));
    await harness.runUntil(START + 20 * MINUTE_MS);
    expect(bodies(harness, 'run.page').map(({ callback_ref_uid }) => callback_ref_uid)).toContain(pageUid);
  });

  test('of a run’s end, and one that died at a later attempt, are FAILED too', async () => {
    const down = { kind: 'answered', status: 500, body: '', retryAfter: undefined } as const;
    const { harness } = breakable(
      (message) => message.kind === 'callback' && (message.attempt === 1 || message.uid === finishedUid),
      () => down,
    );
    const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
    const finishedUid = deriveUid(definition.uid, 'run_finished', { ending: 1 });
    await harness.runUntil(START + 60 * MINUTE_MS);
    const pageUid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
    for (const uid of [pageUid, finishedUid]) {
      const record = await harness.ports.callbacks.readRecord(uid);
      expect(record).toMatchObject({ status: 'FAILED', error: { error_label: 'INTERNAL_ERROR' }, nextAttemptAt: null });
    }
    const page = await harness.ports.callbacks.readRecord(pageUid);
    expect(page).toMatchObject({ httpStatus: 500, retryCount: 1 });
    expect(harness.posted).toHaveLength(1);
  });

  test('has the next attempt sent where it had written that down and could not send it', async () => {
    const { harness } = breakable(
      () => false,
      (_, attempt) => ({
        kind: 'answered',
        status: attempt === 0 ? 500 : 204,
        body: '',
        retryAfter: undefined,
      }),
    );
    const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
    const uid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
    const [page] = harness.sent.map(({ message }) => message);
    harness.loseQueued();
    if (page?.kind !== 'page') throw new Error('The page was not sent.');
    await runPage(harness.ports, page, { by: 'page', count: 1 });
    harness.loseQueued();
    const ports = { ...harness.ports, messages: { send: () => Promise.reject(new Error('away')) } };
    const first = { kind: 'callback', uid, attempt: 0 } as const;
    await expect(deliverCallback(ports, first, { by: shortHash('letter'), count: 1 })).rejects.toThrow('away');
    expect(await endDeadLetter(harness, first)).toBe('CARRIED_ON');
    await harness.runUntil(START + 2 * MINUTE_MS);
    expect(await harness.ports.callbacks.readRecord(uid)).toMatchObject({ status: 'SUCCESS', retryCount: 1 });
  });

  test('leaves one that was delivered, or waits for a later attempt, as it is', async () => {
    const once = (status: number) => ({ kind: 'answered', status, body: '', retryAfter: undefined }) as const;
    const { harness } = breakable(
      () => false,
      (_, attempt) => once(attempt === 0 ? 500 : 204),
    );
    const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
    await harness.runUntil(START + 4_000);
    const uid = deriveUid(definition.uid, 'page', { input: 0, page: 0, part: 1 });
    const waiting = await harness.ports.callbacks.readRecord(uid);
    expect(waiting).toMatchObject({ status: 'PENDING', retryCount: 0 });
    expect(await endDeadLetter(harness, { kind: 'callback', uid, attempt: 0 })).toBe('NOTHING');
    expect(await harness.ports.callbacks.readRecord(uid)).toEqual(waiting);
    await harness.runUntil(START + 10 * MINUTE_MS);
    expect(await endDeadLetter(harness, { kind: 'callback', uid, attempt: 1 })).toBe('NOTHING');
    expect(await harness.ports.callbacks.readRecord(uid)).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('a redrive', () => {
  test('of everything that was ever sent changes nothing of runs that are over', async () => {
    const { harness, actions } = breakable((message) => message.kind === 'page' && message.input === 1);
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD, GOOD] });
    await harness.runUntil(START + 10 * MINUTE_MS);
    const ended = await controlOf(harness, definition.uid);
    const calls = actions.calls.length;
    const posts = harness.posted.length;
    const deadLetterOutcomes = await failAllSent(harness);
    for (const { message } of harness.sent) harness.queue(message);
    await harness.runUntil(START + 30 * MINUTE_MS);
    expect([...deadLetterOutcomes].filter((outcome) => outcome !== 'NOTHING' && outcome !== 'CARRIED_ON')).toEqual([]);
    expect(await controlOf(harness, definition.uid)).toEqual(ended);
    expect(actions.calls).toHaveLength(calls);
    // Page callbacks may come again under their own ids; at least once is the promise, and no other one is new.
    const ids = new Set(harness.posted.slice(posts).map(({ headers }) => headers['webhook-id']));
    expect(harness.posted.slice(0, posts).map(({ headers }) => headers['webhook-id'])).toEqual(
      expect.arrayContaining([...ids]),
    );
  });

  test('of an attempt that a retry has left behind fails nothing of the new one', async () => {
    const { harness, state } = breakable((message) => message.kind === 'page' && message.input === 1);
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD] });
    await harness.runUntil(START + 10 * MINUTE_MS);
    state.isBroken = false;
    await retryRun(harness.ports, definition);
    const former = harness.sent.filter(({ message }) => 'epoch' in message && message.epoch === 1);
    for (const { message } of former) expect(await endDeadLetter(harness, message)).toBe('NOTHING');
    await harness.runUntil(START + 20 * MINUTE_MS);
    expect((await controlOf(harness, definition.uid)).status).toBe('SUCCEEDED');
  });

  test('of what was cancelled stays cancelled', async () => {
    const { harness } = breakable(() => false);
    const { definition } = await harness.launch({ inputs: [GOOD, GOOD] });
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    expect(await failAllSent(harness)).toEqual(new Set(['NOTHING']));
    await harness.runUntil(START + 20 * MINUTE_MS);
    expect(await controlOf(harness, definition.uid)).toMatchObject({ status: 'STOPPED', lastError: null });
  });
});
