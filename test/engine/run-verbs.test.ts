import { describe, expect, test } from 'vitest';
import { RUN_STATUSES, type RunStatus } from '../../shared/domain/run-status.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { createEngineHarness, type EngineHarness } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();

const VERBS = {
  cancel: (harness, definition) => stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER'),
  resume: (harness, definition) => resumeRun(harness.ports, definition),
  retry: (harness, definition) => retryRun(harness.ports, definition),
} as const satisfies Readonly<Record<string, (harness: EngineHarness, definition: Definition) => Promise<RunControl>>>;
type Definition = Awaited<ReturnType<EngineHarness['launch']>>['definition'];
type Verb = keyof typeof VERBS;

/** What each verb makes of each status; one that is its own answer is left as it is, one that is absent is refused. */
const BECOMES: Readonly<Record<Verb, Partial<Record<RunStatus, RunStatus>>>> = {
  cancel: {
    CREATED: 'STOPPED',
    QUEUED: 'STOPPED',
    SCHEDULED: 'STOPPED',
    BLOCKED: 'STOPPED',
    RUNNING: 'STOPPED',
    STOPPED: 'STOPPED',
  },
  resume: {
    CREATED: 'CREATED',
    QUEUED: 'QUEUED',
    SCHEDULED: 'SCHEDULED',
    BLOCKED: 'BLOCKED',
    RUNNING: 'RUNNING',
    STOPPED: 'QUEUED',
  },
  retry: { FAILED: 'QUEUED', PARTIAL_SUCCEEDED: 'QUEUED' },
};

/** A run of that status, and what a verb makes of it. */
async function tell(verb: Verb, status: RunStatus, mode: RunControl['mode']) {
  const harness = createEngineHarness({ actions: [numberedPages] });
  const { control, definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const uid = await harness.createTwin({ ...definition, mode }, { ...control, status, mode });
  const before = await harness.ports.runs.readControl(uid);
  const sent = harness.sent.length;
  const answer = VERBS[verb](harness, { ...definition, uid, mode });
  const outcome = await answer.then(
    ({ status: to }) => to,
    (error: unknown) => error,
  );
  return { before, after: await harness.ports.runs.readControl(uid), outcome, sent: harness.sent.length - sent };
}

const verbs = Object.keys(VERBS) as Verb[]; // keys of a closed literal
describe.each(verbs)('%s', (verb) => {
  test.each(RUN_STATUSES)('of a run that is %s', async (status) => {
    const wanted = BECOMES[verb][status];
    const { before, after, outcome, sent } = await tell(verb, status, 'ASYNC');
    if (wanted === undefined) {
      expect(outcome).toMatchObject({ label: 'INVALID_STATE', details: { params: { status } } });
    } else {
      expect(outcome).toBe(wanted);
      expect(after?.status).toBe(wanted);
    }
    if (wanted !== undefined && wanted !== status) return expect(after?.epoch).toBe((before?.epoch ?? 0) + 1);
    expect(after).toEqual(before);
    expect(sent).toBe(0);
  });

  test.each(['RUNNING', 'SUCCEEDED', 'FAILED', 'STOPPED'] as const)(
    'of a live run that is %s is refused',
    async (status) => {
      const { before, after, outcome, sent } = await tell(verb, status, 'LIVE');
      // A stopped run is cancelled, however it came to that.
      if (verb === 'cancel' && status === 'STOPPED') expect(outcome).toBe('STOPPED');
      else expect(outcome).toMatchObject({ label: 'INVALID_STATE', details: { params: { status } } });
      expect(after).toEqual(before);
      expect(sent).toBe(0);
    },
  );
});

test('a run that was cancelled before its schedule_at starts at once when it is resumed', async () => {
  const harness = createEngineHarness({ actions: [numberedPages] });
  const scheduleAt = harness.now() + 86_400_000;
  const { definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }], scheduleAt });
  await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
  expect(await resumeRun(harness.ports, definition)).toMatchObject({ status: 'QUEUED', postponedUntil: null });
  await harness.runUntil(harness.now() + 60_000);
  expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({ status: 'SUCCEEDED' });
});
