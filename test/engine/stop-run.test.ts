import { expect, test } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { concludeRun, landedAt } from '../../shared/engine/runs/finish-run.ts';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import type { EngineHarness } from '../support/engine-harness.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const WAITING = { pages: 3, per_page: 2, fail_at: 1, fail_kind: 'rate_limited', times: 1 };

interface Finished {
  readonly run: { readonly status: string; readonly attempt: number };
  readonly manifest: Readonly<Record<string, number>>;
}

function finished(harness: EngineHarness): readonly Finished[] {
  return harness.posted.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'run.finished');
}

/** A run of 30 inputs of which those at even places wait, after their first page, until an hour from the start. */
async function waitingRun() {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const inputs = Array.from({ length: 30 }, (_, index) =>
    index % 2 === 0 ? { ...WAITING, until: START + 60 * MINUTE_MS } : { pages: 2, per_page: 2 },
  );
  const { definition } = await harness.launch({ inputs });
  await harness.runUntil(START + 5 * MINUTE_MS);
  return { harness, actions, definition };
}

test('a stopped run starts nothing more and sends one run.finished once nothing can land', async () => {
  const { harness, actions, definition } = await waitingRun();
  const stopped = await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  expect(stopped).toMatchObject({ status: 'STOPPED', lastError: null, reason: { code: 'CANCELLED_BY_CALLER' } });
  const calls = actions.calls.length;
  expect(finished(harness)).toHaveLength(0);
  await harness.runUntil(START + 180 * MINUTE_MS);
  expect(actions.calls).toHaveLength(calls);
  const pages = harness.posted.filter(({ body }) => body.includes('"run.page"')).length;
  expect(finished(harness)).toMatchObject([
    {
      run: { status: 'STOPPED', attempt: 1 },
      manifest: { inputs: 30, failed: 0, outputs: pages * 2, callbacks: pages + 1 },
    },
  ]);
});

test('stopping twice is answered as it is and ends the run once', async () => {
  const { harness, definition } = await waitingRun();
  const first = await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  expect(await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER')).toEqual(first);
  await harness.runUntil(START + 60 * MINUTE_MS);
  expect(finished(harness)).toHaveLength(1);
});

test('a resumed run goes on after its last recorded pages and gives every page once', async () => {
  const { harness, actions, definition } = await waitingRun();
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await harness.runUntil(START + 20 * MINUTE_MS);
  const resumed = await resumeRun(harness.ports, definition);
  // Postponed while its last inputs waited (2), stopped (3), resumed (4).
  expect(resumed).toMatchObject({ status: 'QUEUED', attempt: 2, epoch: 4 });
  await harness.runUntil(START + 300 * MINUTE_MS);
  const wanted = 15 * 3 + 15 * 2;
  const pages = harness.posted.filter(({ body }) => body.includes('"run.page"'));
  expect(new Set(pages.map(({ headers }) => headers['webhook-id'])).size).toBe(wanted);
  // Each waiting input was asked twice for its second page: once to be told to wait.
  expect(actions.calls).toHaveLength(wanted + 15);
  expect(finished(harness)).toMatchObject([
    { run: { status: 'STOPPED', attempt: 1 } },
    {
      run: { status: 'SUCCEEDED', attempt: 2 },
      manifest: { succeeded: 30, outputs: wanted * 2, callbacks: wanted + 2 },
    },
  ]);
});

test('a run resumed before its stop was closed still tells both endings, once each', async () => {
  const { harness, definition } = await waitingRun();
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(harness.ports, definition);
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 300 * MINUTE_MS);
  expect(finished(harness).map(({ run }) => run)).toMatchObject([
    { status: 'STOPPED', attempt: 1 },
    { status: 'STOPPED', attempt: 2 },
    { status: 'SUCCEEDED', attempt: 3 },
  ]);
});

test('a run past its deadline is stopped with that reason', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const inputs = Array.from({ length: 60 }, () => ({ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'hang' }));
  const { definition } = await harness.launch({ inputs, deadlineSeconds: 240 });
  await harness.runUntil(START + 30 * MINUTE_MS);
  const control = await harness.ports.runs.readControl(definition.uid);
  expect(control).toMatchObject({ status: 'STOPPED', reason: { code: 'DEADLINE' } });
  expect((control?.finishedAt ?? 0) - START).toBeLessThanOrEqual(6 * MINUTE_MS);
});

test('a run that ended can be neither stopped nor resumed', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await harness.runUntil(START + 10 * MINUTE_MS);
  for (const verb of [
    stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER'),
    resumeRun(harness.ports, definition),
  ]) {
    await expect(verb).rejects.toMatchObject({ label: 'INVALID_STATE', details: { params: { status: 'SUCCEEDED' } } });
  }
});

test('stopping a run that waits in line lets the next one in and leaves nothing behind', async () => {
  const actions = createSampleActions();
  const harness = createEngineHarness({ actions: [actions.numberedPages] });
  const until = START + 60 * MINUTE_MS;
  const definitions = [];
  for (let index = 0; index < 13; index += 1) {
    definitions.push((await harness.launch({ inputs: [{ ...WAITING, until }] })).definition);
    await harness.runUntil(START + (index + 1) * 1_000);
  }
  const [, , ...rest] = definitions;
  const eleventh = definitions[10];
  if (eleventh === undefined || rest.length === 0) throw new Error('no such run');
  await stopRun(harness.ports, eleventh, 'CANCELLED_BY_CALLER');
  await harness.runUntil(START + 240 * MINUTE_MS);
  const statuses = await Promise.all(
    definitions.map(async ({ uid }) => (await harness.ports.runs.readControl(uid))?.status),
  );
  expect(statuses.filter((status) => status === 'SUCCEEDED')).toHaveLength(12);
  expect(statuses[10]).toBe('STOPPED');
  expect(await harness.ports.admission.oldestWaiter(eleventh.workspaceUid)).toBeNull();
});

test('a run whose slot could not be given back has not told its end yet, so that its end is seen to again', async () => {
  const { harness, definition } = await waitingRun();
  const stopped = await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  const landed = landedAt(harness.ports, stopped);
  const ports = { ...harness.ports, clock: { ...harness.ports.clock, now: () => landed } };
  const away = { ...harness.ports.admission, releaseSlot: () => Promise.reject(new Error('throttled')) };
  await expect(concludeRun({ ...ports, admission: away }, stopped, definition)).rejects.toThrow('throttled');
  await harness.runUntil(harness.now() + 1_000); // what was begun beside it has ended
  const ref = deriveUid(definition.uid, 'run_finished', { ending: stopped.attempt });
  expect(await harness.ports.callbacks.readRecord(ref)).toBeNull();
  await concludeRun(ports, stopped, definition);
  expect(await harness.ports.callbacks.readRecord(ref)).toMatchObject({ status: 'PENDING' });
});

test('a resume that dies before its move has told nothing: what lands yet is counted', async () => {
  const { harness, definition } = await waitingRun();
  const stopped = await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  const ports = { ...harness.ports, runs: { ...harness.ports.runs, moveRun: () => Promise.reject(new Error('gone')) } };
  await expect(resumeRun(ports, definition)).rejects.toThrow('gone');
  const ref = deriveUid(definition.uid, 'run_finished', { ending: stopped.attempt });
  expect(await harness.ports.callbacks.readRecord(ref)).toBeNull();
  await harness.runUntil(START + 20 * MINUTE_MS);
  expect(finished(harness)).toMatchObject([{ run: { status: 'STOPPED', attempt: 1 } }]);
});

test.each(['dispatch', 'cancel'])(
  'a resume that dies after its move leaves the ending before it to a later %s',
  async (follower) => {
    const { harness, definition } = await waitingRun();
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    const callbacks = { ...harness.ports.callbacks, createRecord: () => Promise.reject(new Error('gone')) };
    await expect(resumeRun({ ...harness.ports, callbacks }, definition)).rejects.toThrow('gone');
    if (follower === 'cancel') await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    await harness.runUntil(START + 300 * MINUTE_MS);
    expect(finished(harness)).toMatchObject([
      { run: { status: 'STOPPED', attempt: 1 } },
      { run: { status: follower === 'cancel' ? 'STOPPED' : 'SUCCEEDED', attempt: 2 } },
    ]);
  },
);

test('a slot that a resume took before it died is given back by the check of the run', async () => {
  const { harness, definition } = await waitingRun();
  const { workspaceUid, uid } = definition;
  const { epoch } = await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await harness.ports.admission.takeSlot(workspaceUid, uid, epoch + 1);
  await harness.runUntil(START + 80 * MINUTE_MS);
  expect(await harness.ports.admission.listSlots(workspaceUid)).toEqual([]);
});

test('a run of one input whose worker died before it opened the window has one: what lands after a stop is counted', async () => {
  const { numberedPages } = createSampleActions();
  let during = async (): Promise<unknown> => undefined;
  const action: typeof numberedPages = {
    ...numberedPages,
    async run(...given) {
      await during();
      return numberedPages.run(...given);
    },
  };
  const harness = createEngineHarness({ actions: [action] });
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const [first] = harness.sent;
  if (first?.message.kind !== 'page') throw new Error('a run of one input begins with its page');
  harness.loseQueued();
  const openWindow = () => Promise.reject(new Error('the worker died'));
  const ports = { ...harness.ports, progress: { ...harness.ports.progress, openWindow } };
  await expect(runPage(ports, first.message, { by: 'died', count: 1 })).rejects.toThrow('died');
  during = () => stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await runPage(harness.ports, first.message, { by: 'died', count: 2 });
  await harness.runUntil(START + 60 * MINUTE_MS);
  expect(harness.posted.filter(({ body }) => body.includes('"run.page"'))).toHaveLength(1);
  expect(finished(harness)[0]).toMatchObject({ run: { status: 'STOPPED' }, manifest: { outputs: 1, callbacks: 2 } });
});
