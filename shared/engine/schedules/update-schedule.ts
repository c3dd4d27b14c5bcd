import { termsAfter } from '../../domain/launch-terms.ts';
import { sealCallback } from '../launch/seal-callback.ts';
import { FIRST_SCHEDULE_CHECK_MS } from '../../domain/timing.ts';
import {
  changed,
  type Schedule,
  SCHEDULE_DEFAULTS,
  type ScheduleDefinition,
  type ScheduleTiming,
} from '../../domain/schedule.ts';
import { isTime, nextToSettle, singleTime, timingFault } from '../../domain/schedule-times.ts';
import { readForVerb } from './manage-schedule.ts';
import { refuseTiming, type ScheduleLaunch, type StoredSchedule } from './put-schedule.ts';
import type { SchedulePorts } from './schedule-ports.ts';
import { checkLaunch } from '../launch/check-launch.ts';

/** The changes of an update. An undefined field stays as it is, null resets it to its default. */
export type ScheduleChange = {
  readonly [Field in Exclude<keyof ScheduleLaunch, 'workspaceUid' | 'actionName'>]:
    | ScheduleLaunch[Field]
    | null
    | undefined;
};

const ALL = Number.MAX_SAFE_INTEGER;

/**
 * Changes a schedule, if the result is valid as a whole. Runs that it has started do not change. A time that comes
 * meanwhile is decided by the schedule at the moment it is carried out. Throws INVALID_STATE, NOT_FOUND and what a
 * launch throws.
 */
export async function updateSchedule(
  ports: SchedulePorts,
  uid: string,
  change: ScheduleChange,
): Promise<StoredSchedule> {
  for (;;) {
    const { schedule, definition } = await readForVerb(ports, uid, 'update');
    const now = ports.clock.now();
    const timing = timingAfter(schedule, change);
    refuseTiming(timingFault(timing, now, schedule));
    const { updated, inputs } = await rewrite(ports, schedule, definition, change);
    await ports.schedules.writeRevision(updated, inputs);
    const next = changed(schedule, now, {
      ...timing,
      name: change.name === undefined ? schedule.name : change.name,
      overlap: after(change.overlap, schedule.overlap, SCHEDULE_DEFAULTS.overlap),
      catchUpSeconds: after(change.catchUpSeconds, schedule.catchUpSeconds, SCHEDULE_DEFAULTS.catchUpSeconds),
      jitterSeconds: after(change.jitterSeconds, schedule.jitterSeconds, SCHEDULE_DEFAULTS.jitterSeconds),
      revision: schedule.revision + 1,
      definitionRef: updated.ref,
      inputsRef: inputs === null ? schedule.inputsRef : updated.ref,
      inputsTotal: inputs === null ? schedule.inputsTotal : inputs.length,
      settledUntil: settledAfter(schedule, timing, now),
    });
    await ports.due.putDue({ at: now + FIRST_SCHEDULE_CHECK_MS, kind: 'schedule', uid });
    if (!(await ports.schedules.replaceSchedule(next))) continue; // another changed it meanwhile: read it again
    await ports.messages.send(
      { kind: 'reconcile', scheduleUid: uid, dueAt: null },
      { workspaceUid: next.workspaceUid },
    );
    return { schedule: next, definition: updated };
  }
}

function timingAfter(schedule: Schedule, { cron, scheduleAt, timezone }: ScheduleChange): ScheduleTiming {
  return {
    cron: cron === undefined ? schedule.cron : cron,
    scheduleAt: scheduleAt === undefined ? schedule.scheduleAt : scheduleAt,
    timezone: after(timezone, schedule.timezone, SCHEDULE_DEFAULTS.timezone),
  };
}

/** The definition after the change, checked like a launch, and the inputs if they are new. */
async function rewrite(
  ports: SchedulePorts,
  schedule: Schedule,
  definition: ScheduleDefinition,
  change: ScheduleChange,
) {
  const { uid, workspaceUid, actionName } = schedule;
  const parameters = after(change.parameters, definition.parameters, {});
  const terms = termsAfter(definition, change);
  const given = change.inputs ?? null;
  const stored = given === null ? await ports.schedules.readInputs(uid, schedule.inputsRef, 0, ALL) : [];
  const inputs =
    given ??
    stored.map(({ input, customData }) => (customData === null ? input : { ...input, custom_data: customData }));
  const callback = change.callback ?? null;
  const checked = await checkLaunch(
    ports,
    { workspaceUid, actionName, inputs, parameters, callback, ...terms },
    'schedule',
  );
  const updated: ScheduleDefinition = {
    uid,
    ref: ports.random.uuid(),
    parameters,
    callback:
      change.callback === undefined ? definition.callback : await sealCallback(ports, callback, { scheduleUid: uid }),
    ...terms,
  };
  return { updated, inputs: given === null ? null : checked.inputs };
}

/**
 * `settledUntil` after an update: now, so that earlier times no longer count. But it stays before the first time that
 * has come, is not settled, and is a time of both the old and the new timing.
 */
function settledAfter(before: Schedule, timing: ScheduleTiming, now: number): number {
  if (singleTime(before) !== null) return now;
  let settled = before.settledUntil;
  for (let time = nextToSettle(before, settled); time !== null && time <= now; time = nextToSettle(before, time)) {
    if (isTime(timing, time)) return settled;
    settled = time;
  }
  return now;
}

function after<Value>(given: Value | null | undefined, before: Value, fallback: Value): Value {
  return given === undefined ? before : (given ?? fallback);
}
