import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { callbackView } from '../../shared/api/callbacks/view.ts';
import { envelopeView, inputView } from '../../shared/api/runs/input-view.ts';
import { handedOverView, launchedView, runDetailView, runView, statusView } from '../../shared/api/runs/view.ts';
import * as runSchemas from '../../shared/api/runs/schemas.ts';
import { fireView, previewView, scheduleView } from '../../shared/api/schedules/view.ts';
import { fire as fireSchema } from '../../shared/api/schedules/schemas.ts';
import type { CallbackRecord } from '../../shared/domain/callback.ts';
import { EngineError, toErrorRecord } from '../../shared/domain/errors.ts';
import type { Fire } from '../../shared/domain/fire.ts';
import { inputStatus, limitWait } from '../../shared/domain/input-status.ts';
import { runUidOf } from '../../shared/domain/ids.ts';
import { RUN_STATUSES } from '../../shared/domain/run-status.ts';
import { NO_TOTALS, type RunControl, type RunDefinition } from '../../shared/domain/run.ts';
import type { Schedule, ScheduleDefinition } from '../../shared/domain/schedule.ts';

/*
 * Whatever times a record holds, its view answers: one record that cannot be shown would take the list it stands in with it.
 */

const UID = runUidOf(Buffer.alloc(10, 7));
const error = toErrorRecord(new EngineError('ACTION_FAILED', 'no'), '00000000-0000-4000-8000-00000000000e');

/** What a time may be: as it should be, just outside what can be said, and no time at all. */
const time = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.constantFrom(0, -1, 1.5, 8.64e15, 8.64e15 + 2, 1e14, 1e20, 1e125, -1e20, NaN, Infinity, -Infinity),
  fc.double(),
);
const maybe = fc.option(time);

const definition: RunDefinition = {
  uid: UID,
  workspaceUid: UID,
  actionName: 'a',
  mode: 'ASYNC',
  name: null,
  parameters: {},
  maxResults: 1,
  callback: { url: 'https://receiver.example/hook', on: 'all', sealedHeaders: null, sealedFor: null },
  onInvalidInput: 'reject',
  deadlineSeconds: 60,
  tags: [],
  dependsOn: [],
  scheduleAt: null,
  inputsTotal: 3,
  livePage: null,
  scheduledRunUid: null,
  scheduledRunName: null,
  createdAt: 0,
  expiresAt: 0,
};

const control = fc
  .record({
    status: fc.constantFrom(...RUN_STATUSES),
    reason: fc.option(
      fc.record({
        code: fc.constantFrom('RATE_LIMIT' as const, 'DEADLINE' as const),
        since: time,
        retryAt: maybe,
        blockingUids: fc.constant([]),
      }),
    ),
    deadlineAt: maybe,
    deadlineLeftMs: maybe,
    waitedMs: time,
    postponedUntil: maybe,
    createdAt: time,
    startedAt: maybe,
    finishedAt: maybe,
    updatedAt: time,
    expiresAt: time,
    history: fc.array(fc.record({ status: fc.constantFrom(...RUN_STATUSES), at: time, reason: fc.constant(null) }), {
      maxLength: 3,
    }),
  })
  .map((times): RunControl => ({
    uid: UID,
    workspaceUid: UID,
    actionName: 'a',
    mode: 'ASYNC',
    name: null,
    scheduledRunUid: null,
    epoch: 1,
    restartEpoch: 0,
    attempt: 1,
    inputsTotal: 3,
    totals: NO_TOTALS,
    totalsEpoch: 0,
    callsBack: true,
    usageBefore: null,
    deliveredEpoch: 0,
    retryCount: 0,
    lastError: error,
    lastInfo: null,
    dependenciesWaived: false,
    ...times,
  }));

const counts = fc.record({
  totals: fc.constant(NO_TOTALS),
  open: fc.nat(5),
  stalled: fc.option(
    fc.record({
      code: fc.constant('RATE_LIMIT' as const),
      since: time,
      retryAt: maybe,
      blockingUids: fc.constant([]),
    }),
  ),
});

test('a run, its status and what a launch answers are shown as their schemas say', () => {
  fc.assert(
    fc.property(control, counts, (run, counted) => {
      const callbacks = { total: 0, delivered: 0, pending: 0, failed: 0 };
      const detail = runDetailView(definition, run, counted, callbacks, null);
      expect(runSchemas.runDetail.safeParse(detail).error).toBeUndefined();
      expect(runSchemas.run.safeParse(runView(definition, run, counted)).error).toBeUndefined();
      expect(runSchemas.runStatusView.safeParse(statusView(run, counted)).error).toBeUndefined();
      for (const view of [launchedView(definition, run, []), handedOverView(definition, run)]) {
        expect(runSchemas.launchedRun.safeParse(view).error).toBeUndefined();
      }
    }),
  );
});

test('inputs and results are', () => {
  const row = fc.record({ postponedUntil: maybe, startedAt: maybe, finishedAt: maybe, updatedAt: time });
  fc.assert(
    fc.property(control, row, time, time, (run, times, until, now) => {
      const waits = { page: 0, attempt: 0, until, by: 'me', limited: { times: 1, since: now } };
      const entry = { place: 0, position: 0, counted: { pages: 0, outputs: 0, callbacks: 0 }, ...waits };
      const status = inputStatus({ run, end: null, open: entry, hasPages: false, now });
      limitWait({ open: new Map([[0, entry]]) }, now);
      const stored = { input: {}, customData: null };
      const own = { index: 0, stored, status, lastError: error, lastInfo: null, outputs: 0, tries: 0 };
      expect(runSchemas.runInput.safeParse(inputView(run, { ...own, ...times })).error).toBeUndefined();
      const pageRecord = { runUid: UID, input: 0, page: 0, at: until } as Parameters<typeof envelopeView>[0]; // cast: all it reads
      expect(runSchemas.outputEnvelope.safeParse(envelopeView(pageRecord, stored, {})).error).toBeUndefined();
    }),
  );
});

test('callbacks are', () => {
  const times = fc.record({
    nextAttemptAt: maybe,
    heldSince: maybe,
    deferredAt: maybe,
    createdAt: time,
    deliveredAt: maybe,
  });
  fc.assert(
    fc.property(times, fc.constantFrom('PENDING' as const, 'FAILED' as const, 'SUCCESS' as const), (said, status) => {
      const record: CallbackRecord = {
        uid: UID,
        refUid: UID,
        parentUid: null,
        url: null,
        type: 'run.page',
        runUid: UID,
        workspaceUid: UID,
        input: 0,
        page: 0,
        part: 1,
        status,
        retryCount: 0,
        by: '',
        httpStatus: null,
        httpResponse: null,
        error,
        attempts: [],
        payload: null,
        expiresAt: 0,
        ...said,
      };
      expect(() => JSON.stringify(callbackView(record, definition, null))).not.toThrow();
    }),
  );
});

test('schedules and their fires are', () => {
  const timing = fc.record({
    cron: fc.constantFrom('*/5 * * * *', '0 4 1 1 *', null),
    scheduleAt: maybe,
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    lastExecutedAt: maybe,
    createdAt: time,
    updatedAt: time,
    pausedAt: maybe,
    reason: fc.option(fc.record({ code: fc.constant('PAUSED' as const), note: fc.constant(null), since: time })),
  });
  const about = { parameters: {}, callback: null, onInvalidInput: 'reject', deadlineSeconds: 60, tags: [] };
  const instants = fc.record({ nominalAt: time, at: time });
  fc.assert(
    fc.property(timing, instants, fc.nat({ max: 4_102_444_800_000 }), (times, fired, now) => {
      const record = {
        uid: UID,
        name: null,
        actionName: 'a',
        status: 'ACTIVE',
        inputsTotal: 0,
        overlap: 'skip',
        catchUpSeconds: 0,
        jitterSeconds: 0,
        lastRunUid: null,
        counts: { fired: 0, skipped: 0, missed: 0 },
        workspaceUid: UID,
        ...times,
      } as unknown as Schedule; // cast: all that the view reads
      const made = { ...about } as unknown as ScheduleDefinition; // cast: as above
      expect(() => JSON.stringify(scheduleView(record, made, [], now))).not.toThrow();
      const fire = { uid: UID, cause: 'cron', outcome: 'FIRED', reason: null, runUid: UID, ...fired } as Fire; // cast: as above
      expect(fireSchema.safeParse(fireView(fire)).error).toBeUndefined();
      const fires = [{ atMs: fired.at, local: 'here' }];
      expect(() => previewView({ fires, notes: [] })).not.toThrow();
    }),
  );
});
