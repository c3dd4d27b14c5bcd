import { expect, test } from 'vitest';
import { admitWaiting } from '../../shared/engine/runs/admit-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import type { EngineHarness } from '../support/engine-harness.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GOOD = { pages: 2, per_page: 2 };

function makeHarness() {
  const actions = createSampleActions();
  return { actions, harness: createEngineHarness({ actions: [actions.numberedPages] }) };
}

function waits(until: number) {
  return { pages: 2, per_page: 1, fail_at: 0, fail_kind: 'rate_limited', times: 1, until };
}

function finished(harness: EngineHarness): readonly { run: { run_uid: string; status: string }; error: unknown }[] {
  return harness.posted.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'run.finished');
}

async function statusOf(harness: EngineHarness, uid: string): Promise<string | undefined> {
  return (await harness.ports.runs.readControl(uid))?.status;
}

test.each([
  ['minutes', 20 * MINUTE_MS],
  ['hours', 5 * HOUR_MS],
])('a run that waits %s for a limit is SCHEDULED, holds no slot and spends no attempt', async (_, ms) => {
  const { actions, harness } = makeHarness();
  const until = START + ms;
  const { definition } = await harness.launch({ inputs: [waits(until), waits(until + MINUTE_MS)] });
  await harness.runUntil(START + 2 * MINUTE_MS);
  expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({
    status: 'SCHEDULED',
    postponedUntil: until,
    reason: { code: 'RATE_LIMIT', retryAt: until },
    deadlineAt: null,
  });
  expect(await harness.ports.admission.listSlots(definition.workspaceUid)).toEqual([]);
  await harness.runUntil(until + HOUR_MS);
  expect(await statusOf(harness, definition.uid)).toBe('SUCCEEDED');
  expect(actions.calls).toHaveLength(2 + 4);
  expect(finished(harness)).toHaveLength(1);
});

test('a run goes on with its other inputs while one waits, and is postponed when only that one is left', async () => {
  const { harness } = makeHarness();
  const until = START + HOUR_MS;
  const { definition } = await harness.launch({ inputs: [waits(until), ...Array.from({ length: 40 }, () => GOOD)] });
  await harness.runUntil(START + 3 * MINUTE_MS);
  const control = await harness.ports.runs.readControl(definition.uid);
  expect(control?.status).toBe('SCHEDULED');
  expect((await harness.ports.progress.readWindow(definition.uid))?.totals).toMatchObject({ succeeded: 40 });
  await harness.runUntil(until + HOUR_MS);
  expect(await statusOf(harness, definition.uid)).toBe('SUCCEEDED');
});

test('a postponed start is SCHEDULED until its moment and starts by itself', async () => {
  const { actions, harness } = makeHarness();
  const scheduleAt = START + 26 * HOUR_MS;
  const { control } = await harness.launch({ inputs: [GOOD], scheduleAt });
  expect(control).toMatchObject({
    status: 'SCHEDULED',
    postponedUntil: scheduleAt,
    reason: { code: 'SCHEDULED_START' },
  });
  await harness.runUntil(scheduleAt - MINUTE_MS);
  expect(actions.calls).toHaveLength(0);
  await harness.runUntil(scheduleAt + HOUR_MS);
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
  expect(harness.posted[0]?.at).toBeLessThanOrEqual(scheduleAt + 2 * MINUTE_MS);
});

test.each([2_000, 61_000, 899_000])('a start %i ms away is met to the second, without the sweep', async (ms) => {
  const { actions, harness } = makeHarness();
  const { control } = await harness.launch({ inputs: [GOOD, GOOD], scheduleAt: START + ms });
  expect(control).toMatchObject({ status: 'SCHEDULED', postponedUntil: START + ms });
  await harness.runUntil(START + ms - 1);
  expect(actions.calls).toHaveLength(0);
  await harness.runUntil(START + ms + 5_000);
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
});

test('a postponed start that is cancelled and resumed starts at once', async () => {
  const { harness } = makeHarness();
  const { control, definition } = await harness.launch({ inputs: [GOOD], scheduleAt: START + HOUR_MS });
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
});

test('a start further off than a year is refused', async () => {
  const { harness } = makeHarness();
  const launch = harness.launch({ inputs: [GOOD], scheduleAt: START + 370 * 24 * HOUR_MS });
  await expect(launch).rejects.toMatchObject({
    label: 'BAD_INPUT',
    details: { validationErrors: [{ path: 'schedule_at' }] },
  });
});

test('a run waits for those it depends on and starts when all have succeeded', async () => {
  const { harness } = makeHarness();
  const until = START + HOUR_MS;
  const first = (await harness.launch({ inputs: [GOOD] })).control.uid;
  const second = (await harness.launch({ inputs: [waits(until)] })).control.uid;
  const dependsOn = [first, second].map((uid) => ({ uid, require: 'success' as const }));
  const { control } = await harness.launch({ inputs: [GOOD], dependsOn });
  await harness.runUntil(START + 10 * MINUTE_MS);
  expect(await harness.ports.runs.readControl(control.uid)).toMatchObject({
    status: 'BLOCKED',
    reason: { code: 'DEPENDENCY', blockingUids: [second] },
  });
  await harness.runUntil(until + 10 * MINUTE_MS);
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
});

test('a dependency that has already finished lets the run start at once', async () => {
  const { harness } = makeHarness();
  const first = (await harness.launch({ inputs: [GOOD] })).control.uid;
  await harness.runUntil(START + 10 * MINUTE_MS);
  const { control } = await harness.launch({ inputs: [GOOD], dependsOn: [{ uid: first, require: 'success' }] });
  await harness.runUntil(START + 20 * MINUTE_MS);
  expect((await harness.ports.runs.readControl(control.uid))?.history.map(({ status }) => status)).not.toContain(
    'BLOCKED',
  );
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
});

test('a dependency that fails fails the run, unless any ending will do', async () => {
  const { harness, actions } = makeHarness();
  const bad = { pages: 1, per_page: 1, fail_at: 0, fail_kind: 'permanent' };
  const first = (await harness.launch({ inputs: [bad] })).control.uid;
  const strict = (await harness.launch({ inputs: [GOOD], dependsOn: [{ uid: first, require: 'success' }] })).control
    .uid;
  const lenient = (await harness.launch({ inputs: [GOOD], dependsOn: [{ uid: first, require: 'finish' }] })).control
    .uid;
  await harness.runUntil(START + HOUR_MS);
  expect(await harness.ports.runs.readControl(strict)).toMatchObject({
    status: 'FAILED',
    lastError: { error_label: 'DEPENDENCY_FAILED', params: { dependency: first, status: 'FAILED' } },
  });
  expect(await statusOf(harness, lenient)).toBe('SUCCEEDED');
  expect(finished(harness).filter(({ run }) => run.run_uid === strict)).toMatchObject([{ run: { status: 'FAILED' } }]);
  expect(actions.calls).toHaveLength(1 + 2);
});

test('resume starts a run without the ones it waits for', async () => {
  const { harness } = makeHarness();
  const first = (await harness.launch({ inputs: [waits(START + 5 * HOUR_MS)] })).control.uid;
  const { definition } = await harness.launch({ inputs: [GOOD], dependsOn: [{ uid: first, require: 'success' }] });
  await harness.runUntil(START + 5 * MINUTE_MS);
  await resumeRun(harness.ports, definition);
  await harness.runUntil(START + 20 * MINUTE_MS);
  expect(await statusOf(harness, definition.uid)).toBe('SUCCEEDED');
});

test('an unknown dependency is refused and nothing is created', async () => {
  const { harness } = makeHarness();
  const launch = harness.launch({ inputs: [GOOD], dependsOn: [{ uid: 'no-such-run', require: 'success' }] });
  await expect(launch).rejects.toMatchObject({ label: 'NOT_FOUND' });
  expect(harness.sent).toHaveLength(0);
});

test('a slot left behind by a crash is given back and the line moves on', async () => {
  const { harness } = makeHarness();
  const { workspaceUid } = (await harness.launch({ inputs: [GOOD] })).definition;
  await harness.runUntil(START + 5 * MINUTE_MS);
  for (let index = 0; index < 10; index += 1) {
    expect(await harness.ports.admission.takeSlot(workspaceUid, `gone-${index}`, 1)).toBe(true);
  }
  const { control } = await harness.launch({ inputs: [GOOD] });
  await harness.runUntil(START + 7 * MINUTE_MS);
  expect(await statusOf(harness, control.uid)).toBe('BLOCKED');
  await harness.runUntil(START + 40 * MINUTE_MS);
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
  expect(await harness.ports.admission.listSlots(workspaceUid)).toEqual([]);
});

test('a run that is let in is sent on though its leaving the line was told as done by another', async () => {
  const { harness } = makeHarness();
  const { workspaceUid } = (await harness.launch({ inputs: [GOOD] })).definition;
  await harness.runUntil(START + 5 * MINUTE_MS);
  for (let index = 0; index < 10; index += 1) await harness.ports.admission.takeSlot(workspaceUid, `busy-${index}`, 1);
  const { control } = await harness.launch({ inputs: [GOOD] });
  await harness.runUntil(START + 6 * MINUTE_MS);
  const { admission } = harness.ports;
  const removeWaiter: typeof admission.removeWaiter = async (...about) => {
    await admission.removeWaiter(...about);
    return false; // the SDK sent it twice, and the second time nothing was there
  };
  await admission.releaseSlot(workspaceUid, 'busy-0', 1);
  await admitWaiting({ ...harness.ports, admission: { ...admission, removeWaiter } }, workspaceUid);
  await harness.runUntil(START + 7 * MINUTE_MS);
  expect(await statusOf(harness, control.uid)).toBe('SUCCEEDED');
});
