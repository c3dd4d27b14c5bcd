import { expect, test, vi } from 'vitest';
import { runUidOf } from '../../shared/domain/ids.ts';
import type { LivePage } from '../../shared/domain/live-page.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import { answerLive } from '../../shared/engine/live/answer-live.ts';
import { checkLiveCall, type LiveOutcome } from '../../shared/engine/live/live-call.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { recallLive, startLive, waitLive } from '../../shared/engine/live/wait-live.ts';
import { listDueEntries } from '../support/list-due.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
/** Later than all that is due. */
const FAR = START + 1_000 * 86_400_000;
const UID = runUidOf(Buffer.alloc(10, 200));
const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';
const FIRST: LivePage = { cursor: null, number: 0, byNumber: false, boundTo: 'this call' };

function open(input: Record<string, unknown>, page = FIRST) {
  const { numberedPages: action, calls, expectedPage } = createSampleActions();
  const harness = createEngineHarness({ actions: [action] });
  const { ports } = harness;
  const call = checkLiveCall({ workspaceUid: WORKSPACE, action, input, parameters: {}, page, tags: [] });
  const readControl = async (): Promise<RunControl> => {
    const control = await ports.runs.readControl(UID);
    if (control === null) throw new Error('there is no run');
    return control;
  };
  const readDefinition = async () => {
    const definition = await ports.runs.readDefinition(UID);
    if (definition === null) throw new Error('there is no run');
    return definition;
  };
  const begin = (): Promise<RunControl> => startLive(ports, call, UID, false);
  /** Waits for so long while the world turns. */
  async function wait(begun: RunControl, seconds: number): Promise<LiveOutcome> {
    const until = harness.now() + seconds * SECOND;
    const [outcome] = await Promise.all([waitLive(ports, action, begun, until), harness.runUntil(until)]);
    return outcome;
  }
  return { harness, ports, action, calls, call, expectedPage, readControl, readDefinition, begin, wait };
}

test('a page that ends in time is answered, and its run ends as a live one', async () => {
  const { begin, wait, readControl, expectedPage, harness, calls } = open({ pages: 3, per_page: 2 });
  const outcome = await wait(await begin(), 5);
  expect(outcome).toEqual({
    kind: 'page',
    runUid: UID,
    createdAt: START,
    body: expectedPage(3, 2, 0),
    nextCursor: '1',
  });
  expect(await readControl()).toMatchObject({
    mode: 'LIVE',
    status: 'SUCCEEDED',
    totals: { succeeded: 1, outputs: 2 },
    history: [{ status: 'RUNNING' }, { status: 'SUCCEEDED' }],
  });
  await harness.runUntil(START + 10 * MINUTE);
  expect(calls).toHaveLength(1);
  expect(await readControl()).toMatchObject({ mode: 'LIVE', status: 'SUCCEEDED' });
});

test('the page that is asked for is the one that is run, whatever its number', async () => {
  const { begin, wait, calls, expectedPage } = open({ pages: 9, per_page: 2 }, { ...FIRST, cursor: '4', number: 4 });
  expect(await wait(await begin(), 5)).toMatchObject({ body: expectedPage(9, 2, 4), nextCursor: '5' });
  expect(calls).toMatchObject([{ cursor: '4', page: 4 }]);
});

test.each([
  ['permanent', { label: 'ACTION_FAILED', status: 'FAILED' }],
  ['no_result', { label: 'NO_RESULT', status: 'SUCCEEDED' }],
] as const)('a page that ends in %s is an error, the same each time', async (fail_kind, { label, status }) => {
  const { begin, wait, readControl, ports, action } = open({ pages: 1, per_page: 1, fail_at: 0, fail_kind });
  const outcome = await wait(await begin(), 5);
  expect(outcome).toMatchObject({
    kind: 'error',
    runUid: UID,
    error: { error_label: label, params: { run_uid: UID } },
  });
  expect(await readControl()).toMatchObject({ mode: 'LIVE', status });
  expect(await recallLive(ports, action, UID)).toEqual(outcome);
});

test('a call that waits no longer hands its run over; the page on its way is the one that is recorded', async () => {
  const hanging = { pages: 3, per_page: 2, fail_at: 0, fail_kind: 'hang', times: 1 };
  const { begin, wait, harness, readControl, ports, calls, expectedPage } = open(hanging);
  const outcome = await wait(await begin(), 10);
  expect(outcome).toMatchObject({
    kind: 'handed_over',
    control: { mode: 'ASYNC', status: 'RUNNING', updatedAt: START },
  });
  expect(await readControl()).toMatchObject({ mode: 'ASYNC', epoch: 1 });
  await harness.runUntil(START + 10 * MINUTE);
  expect(await readControl()).toMatchObject({ mode: 'ASYNC', status: 'SUCCEEDED', totals: { outputs: 2 } });
  expect(await ports.progress.readPage(UID, 0, 0)).toMatchObject({
    pageRecord: { outcome: { nextCursor: '1', last: true } },
    results: expectedPage(3, 2, 0),
  });
  expect(calls).toHaveLength(2); // the attempt that hung and the one after it
  expect(await ports.admission.listSlots(WORKSPACE)).toEqual([]);
});

test('a run that ends at the very moment of the hand-over stays live and is answered', async () => {
  const { begin, harness, ports, action, readControl } = open({ pages: 1, per_page: 1 });
  const begun = await begin();
  await harness.runUntil(START + 5 * SECOND);
  expect(await waitLive(ports, action, begun, harness.now())).toMatchObject({ kind: 'page' });
  expect((await readControl()).mode).toBe('LIVE');
});

test('a run whose caller died is handed over by the sweep, and nothing is left due', async () => {
  const { begin, harness, ports, readControl } = open({
    pages: 1,
    per_page: 1,
    fail_at: 0,
    fail_kind: 'hang',
    times: 2,
  });
  await begin();
  await harness.runUntil(START + 45 * SECOND);
  expect((await readControl()).mode).toBe('LIVE');
  await harness.runUntil(START + 2 * MINUTE);
  expect((await readControl()).mode).toBe('ASYNC');
  await harness.runUntil(START + 60 * MINUTE);
  expect((await readControl()).status).toBe('SUCCEEDED');
  expect(await listDueEntries(ports.due, FAR, 9)).toEqual([]);
});

test('a page delivered twice at once is recorded once', async () => {
  const { begin, wait, harness, readControl } = open({ pages: 2, per_page: 1 });
  const begun = await begin();
  const [first] = harness.sent;
  if (first !== undefined) harness.queue(first.message);
  expect(await wait(begun, 5)).toMatchObject({ kind: 'page', nextCursor: '1' });
  expect(await readControl()).toMatchObject({ status: 'SUCCEEDED', totals: { outputs: 1 } });
  expect(harness.sent).toHaveLength(1);
});

test('a run whose page was never sent is found by the sweep; who comes with its key only waits', async () => {
  const { begin, harness, ports, call, action, calls, readControl } = open({ pages: 1, per_page: 1 });
  const send = ports.messages.send.bind(ports.messages);
  ports.messages.send = () => Promise.reject(new Error('the queue is away'));
  await expect(begin()).rejects.toThrow('the queue is away');
  ports.messages.send = send;
  expect(await recallLive(ports, action, UID)).toBeNull();
  const again = { uid: UID, isKeyed: true, until: harness.now() + 10 * SECOND };
  const [outcome] = await Promise.all([answerLive(ports, call, again), harness.runUntil(again.until)]);
  expect(outcome.kind).toBe('handed_over');
  expect(calls).toHaveLength(0);
  await harness.runUntil(START + 30 * MINUTE);
  expect(await readControl()).toMatchObject({ mode: 'ASYNC', status: 'SUCCEEDED' });
  expect(calls).toHaveLength(1);
  expect((await recallLive(ports, action, UID))?.kind).toBe('handed_over');
});

test('a run whose first write was done and reported as failed has its page sent all the same', async () => {
  const { harness, ports, call, calls, action } = open({ pages: 3, per_page: 2 });
  const createRun: typeof ports.runs.createRun = async (run) => {
    await ports.runs.createRun(run);
    return ports.runs.createRun(run); // as the SDK repeats it
  };
  const begun = await startLive({ ...ports, runs: { ...ports.runs, createRun } }, call, UID, false);
  const until = harness.now() + 5 * SECOND;
  const [outcome] = await Promise.all([waitLive(ports, action, begun, until), harness.runUntil(until)]);
  expect(outcome).toMatchObject({ kind: 'page', nextCursor: '1' });
  expect(calls).toHaveLength(1);
});

test('who carries on inline after a call that was queued waits for that one', async () => {
  const { begin, wait, call, ports, calls } = open({ pages: 1, per_page: 1 });
  await wait(await begin(), 5);
  const outcome = await answerLive(ports, call, { uid: UID, isKeyed: true, until: null });
  expect(outcome.kind).toBe('page');
  expect(calls).toHaveLength(1);
});

test('who carries on inline while the page of an earlier call is queued does not run it again', async () => {
  const { begin, call, ports, calls, harness } = open({ pages: 1, per_page: 1 });
  await begin();
  const carriedOn = answerLive(ports, call, { uid: UID, isKeyed: true, until: null });
  const [outcome] = await Promise.all([carriedOn, harness.runUntil(START + 5 * SECOND)]);
  expect(outcome.kind).toBe('page');
  expect(calls).toHaveLength(1);
});

test('an inline page that was kept but not recorded is taken as it is, inline or queued', async () => {
  for (const until of [null, START + 5 * SECOND]) {
    const { harness, ports, call, calls, readControl } = open({ pages: 2, per_page: 1 });
    const recordLive = ports.runs.recordLive.bind(ports.runs);
    ports.runs.recordLive = () => Promise.reject(new Error('the function is gone'));
    await expect(answerLive(ports, call, { uid: UID, isKeyed: true, until: null })).rejects.toThrow('is gone');
    ports.runs.recordLive = recordLive;
    const carriedOn = answerLive(ports, call, { uid: UID, isKeyed: true, until });
    await vi.waitUntil(() => until === null || harness.sent.length > 0);
    const [outcome] = await Promise.all([carriedOn, harness.runUntil(START + 5 * SECOND)]);
    expect(outcome).toMatchObject({ kind: 'page', nextCursor: '1' });
    expect(await readControl()).toMatchObject({ mode: 'LIVE', status: 'SUCCEEDED', totals: { outputs: 1 } });
    expect(calls).toHaveLength(1);
  }
});

test('an inline page whose run another call began meanwhile is answered by what became of that one', async () => {
  const { harness, ports, call, action, calls, readControl } = open({ pages: 2, per_page: 1 });
  const recordLive = ports.runs.recordLive.bind(ports.runs);
  ports.runs.recordLive = async (...record) => {
    await startLive(ports, call, UID, true); // let in by a clock that went back under its lease
    await harness.runUntil(START + 5 * SECOND);
    return recordLive(...record);
  };
  const outcome = await answerLive(ports, call, { uid: UID, isKeyed: true, until: null });
  expect(outcome).toMatchObject({ kind: 'page', nextCursor: '1' });
  expect(await recallLive(ports, action, UID)).toEqual(outcome);
  expect(await readControl()).toMatchObject({ mode: 'LIVE', status: 'SUCCEEDED' });
  expect(calls).toHaveLength(1);
});

test('a run whose writing comes after the first look of the sweep is found by the second; one that never comes is let go', async () => {
  for (const comes of [true, false]) {
    const { begin, harness, ports, readControl, calls } = open({ pages: 1, per_page: 1 });
    const createRun = ports.runs.createRun.bind(ports.runs);
    const late: Parameters<typeof createRun>[0][] = [];
    ports.runs.createRun = async (run) => {
      for (const entry of run.due) await ports.due.putDue(entry);
      late.push({ ...run, due: [] });
      throw new Error('the function is gone');
    };
    await expect(begin()).rejects.toThrow('is gone');
    await harness.runUntil(START + 2 * MINUTE);
    if (comes) for (const run of late) await createRun(run);
    await harness.runUntil(START + 60 * MINUTE);
    if (comes) expect(await readControl()).toMatchObject({ mode: 'ASYNC', status: 'SUCCEEDED' });
    expect(calls).toHaveLength(comes ? 1 : 0);
    expect(await listDueEntries(ports.due, FAR, 9)).toEqual([]);
  }
});

test('a page that waits long for a limit makes its run async; it takes a slot and goes on by itself', async () => {
  const until = START + 20 * MINUTE;
  const limited = { pages: 9, per_page: 1, fail_at: 4, fail_kind: 'rate_limited', until };
  const { begin, wait, harness, ports, readControl, calls } = open(limited, { ...FIRST, cursor: '4', number: 4 });
  expect((await wait(await begin(), 20)).kind).toBe('handed_over');
  expect(await readControl()).toMatchObject({ mode: 'ASYNC', status: 'SCHEDULED', postponedUntil: until });
  await harness.runUntil(until + 10 * MINUTE);
  expect(await readControl()).toMatchObject({ status: 'SUCCEEDED', totals: { outputs: 1 } });
  expect(calls.map(({ cursor, page }) => [cursor, page])).toEqual([
    ['4', 4],
    ['4', 4],
  ]);
  expect(await ports.admission.listSlots(WORKSPACE)).toEqual([]);
});

test('verbs are refused while the run is live, and apply once it is async', async () => {
  const hanging = { pages: 9, per_page: 1, fail_at: 4, fail_kind: 'hang', times: 1 };
  const { begin, wait, harness, ports, readControl, readDefinition, calls, expectedPage } = open(hanging, {
    ...FIRST,
    cursor: '4',
    number: 4,
  });
  const begun = await begin();
  const definition = await readDefinition();
  await expect(stopRun(ports, definition, 'CANCELLED_BY_CALLER')).rejects.toMatchObject({ label: 'INVALID_STATE' });
  await wait(begun, 5);
  await stopRun(ports, definition, 'CANCELLED_BY_CALLER');
  await harness.runUntil(START + 5 * MINUTE);
  expect(await readControl()).toMatchObject({ status: 'STOPPED' });
  await resumeRun(ports, definition);
  await harness.runUntil(harness.now() + 5 * MINUTE);
  expect(await readControl()).toMatchObject({ status: 'SUCCEEDED', attempt: 2, totals: { outputs: 1 } });
  expect((await ports.progress.readPage(UID, 0, 0))?.results).toEqual(expectedPage(9, 1, 4));
  expect(new Set(calls.map(({ cursor }) => cursor))).toEqual(new Set(['4']));
});

test('a run that failed after its hand-over is retried from its own cursor', async () => {
  const failing = { pages: 9, per_page: 1, fail_at: 4, fail_kind: 'retryable', times: 3 };
  const { begin, wait, harness, ports, readControl, readDefinition, calls } = open(failing, {
    ...FIRST,
    cursor: '4',
    number: 4,
  });
  expect((await wait(await begin(), 2)).kind).toBe('handed_over');
  await harness.runUntil(START + 5 * MINUTE);
  expect(await readControl()).toMatchObject({ mode: 'ASYNC', status: 'FAILED' });
  await retryRun(ports, await readDefinition());
  await harness.runUntil(harness.now() + 5 * MINUTE);
  expect(await readControl()).toMatchObject({ status: 'SUCCEEDED', retryCount: 1, totals: { outputs: 1 } });
  expect(calls.map(({ cursor, page }) => [cursor, page])).toEqual(Array.from({ length: 4 }, () => ['4', 4]));
});

test('a live run that failed in time is not retried', async () => {
  const { begin, wait, ports, readDefinition } = open({ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'permanent' });
  await wait(await begin(), 5);
  await expect(retryRun(ports, await readDefinition())).rejects.toMatchObject({ label: 'INVALID_STATE' });
});

test('a queued page costs no slot of the workspace', async () => {
  const { begin, harness, ports, readControl } = open({ pages: 1, per_page: 1 });
  await begin();
  expect(await ports.admission.listSlots(WORKSPACE)).toEqual([]);
  await harness.runUntil(START + 5 * SECOND);
  expect((await readControl()).status).toBe('SUCCEEDED');
  expect(harness.sent.map(({ message }) => message.kind)).toEqual(['page']);
});
