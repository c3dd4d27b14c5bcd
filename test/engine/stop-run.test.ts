import { expect, test } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { closeRun, landedAt } from '../../shared/engine/runs/finish-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import type { EngineWorld } from '../support/engine-world.ts';
import { createEngineWorld, START } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const WAITING = { pages: 3, per_page: 2, fail_at: 1, fail_kind: 'rate_limited', times: 1 };

interface Finished {
  readonly run: { readonly status: string; readonly attempt: number };
  readonly manifest: Readonly<Record<string, number>>;
}

function finished(world: EngineWorld): readonly Finished[] {
  return world.posted.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'run.finished');
}

/** A run of 30 inputs of which those at even places wait, after their first page, until an hour from the start. */
async function waitingRun() {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const inputs = Array.from({ length: 30 }, (_, index) =>
    index % 2 === 0 ? { ...WAITING, until: START + 60 * MINUTE_MS } : { pages: 2, per_page: 2 },
  );
  const { definition } = await world.launch({ inputs });
  await world.runUntil(START + 5 * MINUTE_MS);
  return { world, actions, definition };
}

test('a stopped run starts nothing more and sends one run.finished once nothing can land', async () => {
  const { world, actions, definition } = await waitingRun();
  const stopped = await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  expect(stopped).toMatchObject({ status: 'STOPPED', lastError: null, reason: { code: 'CANCELLED_BY_CALLER' } });
  const calls = actions.calls.length;
  expect(finished(world)).toHaveLength(0);
  await world.runUntil(START + 180 * MINUTE_MS);
  expect(actions.calls).toHaveLength(calls);
  const pages = world.posted.filter(({ body }) => body.includes('"run.page"')).length;
  expect(finished(world)).toMatchObject([
    {
      run: { status: 'STOPPED', attempt: 1 },
      manifest: { inputs: 30, failed: 0, outputs: pages * 2, callbacks: pages + 1 },
    },
  ]);
});

test('stopping twice is answered as it is and ends the run once', async () => {
  const { world, definition } = await waitingRun();
  const first = await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  expect(await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER')).toEqual(first);
  await world.runUntil(START + 60 * MINUTE_MS);
  expect(finished(world)).toHaveLength(1);
});

test('a resumed run goes on after its last recorded pages and gives every page once', async () => {
  const { world, actions, definition } = await waitingRun();
  await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  await world.runUntil(START + 20 * MINUTE_MS);
  const resumed = await resumeRun(world.ports, definition);
  // Postponed while its last inputs waited (2), stopped (3), resumed (4).
  expect(resumed).toMatchObject({ status: 'QUEUED', attempt: 2, epoch: 4 });
  await world.runUntil(START + 300 * MINUTE_MS);
  const wanted = 15 * 3 + 15 * 2;
  const pages = world.posted.filter(({ body }) => body.includes('"run.page"'));
  expect(new Set(pages.map(({ headers }) => headers['webhook-id'])).size).toBe(wanted);
  // Each waiting input was asked twice for its second page: once to be told to wait.
  expect(actions.calls).toHaveLength(wanted + 15);
  expect(finished(world)).toMatchObject([
    { run: { status: 'STOPPED', attempt: 1 } },
    {
      run: { status: 'SUCCEEDED', attempt: 2 },
      manifest: { succeeded: 30, outputs: wanted * 2, callbacks: wanted + 2 },
    },
  ]);
});

test('a run resumed before its stop was closed still tells both endings, once each', async () => {
  const { world, definition } = await waitingRun();
  await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(world.ports, definition);
  await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(world.ports, definition);
  await world.runUntil(START + 300 * MINUTE_MS);
  expect(finished(world).map(({ run }) => run)).toMatchObject([
    { status: 'STOPPED', attempt: 1 },
    { status: 'STOPPED', attempt: 2 },
    { status: 'SUCCEEDED', attempt: 3 },
  ]);
});

test('a run past its deadline is stopped with that reason', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const inputs = Array.from({ length: 60 }, () => ({ pages: 1, per_page: 1, fail_at: 0, fail_kind: 'hang' }));
  const { definition } = await world.launch({ inputs, deadlineSeconds: 240 });
  await world.runUntil(START + 30 * MINUTE_MS);
  const control = await world.ports.runs.readControl(definition.uid);
  expect(control).toMatchObject({ status: 'STOPPED', reason: { code: 'DEADLINE' } });
  expect((control?.finishedAt ?? 0) - START).toBeLessThanOrEqual(6 * MINUTE_MS);
});

test('a run that ended can be neither stopped nor resumed', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const { definition } = await world.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await world.runUntil(START + 10 * MINUTE_MS);
  for (const verb of [stopRun(world.ports, definition, 'CANCELLED_BY_CALLER'), resumeRun(world.ports, definition)]) {
    await expect(verb).rejects.toMatchObject({ label: 'INVALID_STATE', details: { params: { status: 'SUCCEEDED' } } });
  }
});

test('stopping a run that waits in line lets the next one in and leaves nothing behind', async () => {
  const actions = createSampleActions();
  const world = createEngineWorld({ actions: [actions.numberedPages] });
  const until = START + 60 * MINUTE_MS;
  const definitions = [];
  for (let index = 0; index < 13; index += 1) {
    definitions.push((await world.launch({ inputs: [{ ...WAITING, until }] })).definition);
    await world.runUntil(START + (index + 1) * 1_000);
  }
  const [, , ...rest] = definitions;
  const eleventh = definitions[10];
  if (eleventh === undefined || rest.length === 0) throw new Error('no such run');
  await stopRun(world.ports, eleventh, 'CANCELLED_BY_CALLER');
  await world.runUntil(START + 240 * MINUTE_MS);
  const statuses = await Promise.all(
    definitions.map(async ({ uid }) => (await world.ports.runs.readControl(uid))?.status),
  );
  expect(statuses.filter((status) => status === 'SUCCEEDED')).toHaveLength(12);
  expect(statuses[10]).toBe('STOPPED');
  expect(await world.ports.admission.oldestWaiter(eleventh.workspaceUid)).toBeNull();
});

test('a run whose slot could not be given back has not told its end yet, so that its end is seen to again', async () => {
  const { world, definition } = await waitingRun();
  const stopped = await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  const landed = landedAt(world.ports, stopped);
  const ports = { ...world.ports, clock: { ...world.ports.clock, now: () => landed } };
  const away = { ...world.ports.admission, releaseSlot: () => Promise.reject(new Error('throttled')) };
  await expect(closeRun({ ...ports, admission: away }, stopped, definition)).rejects.toThrow('throttled');
  await world.runUntil(world.now() + 1_000); // what was begun beside it has ended
  const ref = deriveUid(definition.uid, 'run_finished', { ending: stopped.attempt });
  expect(await world.ports.callbacks.readRecord(ref)).toBeNull();
  await closeRun(ports, stopped, definition);
  expect(await world.ports.callbacks.readRecord(ref)).toMatchObject({ status: 'PENDING' });
});

test('a resume that dies before its move has told nothing: what lands yet is counted', async () => {
  const { world, definition } = await waitingRun();
  const stopped = await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
  const ports = { ...world.ports, runs: { ...world.ports.runs, moveRun: () => Promise.reject(new Error('gone')) } };
  await expect(resumeRun(ports, definition)).rejects.toThrow('gone');
  const ref = deriveUid(definition.uid, 'run_finished', { ending: stopped.attempt });
  expect(await world.ports.callbacks.readRecord(ref)).toBeNull();
  await world.runUntil(START + 20 * MINUTE_MS);
  expect(finished(world)).toMatchObject([{ run: { status: 'STOPPED', attempt: 1 } }]);
});

test.each(['dispatch', 'cancel'])(
  'a resume that dies after its move leaves the ending before it to a later %s',
  async (follower) => {
    const { world, definition } = await waitingRun();
    await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
    const callbacks = { ...world.ports.callbacks, createRecord: () => Promise.reject(new Error('gone')) };
    await expect(resumeRun({ ...world.ports, callbacks }, definition)).rejects.toThrow('gone');
    if (follower === 'cancel') await stopRun(world.ports, definition, 'CANCELLED_BY_CALLER');
    await world.runUntil(START + 300 * MINUTE_MS);
    expect(finished(world)).toMatchObject([
      { run: { status: 'STOPPED', attempt: 1 } },
      { run: { status: follower === 'cancel' ? 'STOPPED' : 'SUCCEEDED', attempt: 2 } },
    ]);
  },
);
