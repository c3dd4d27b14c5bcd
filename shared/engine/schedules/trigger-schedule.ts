import { expiryAfter } from '../../domain/expiry.ts';
import { FIRST_SCHEDULE_CHECK_MS } from '../../domain/timing.ts';
import { type Fire, triggerUidOf } from '../../domain/fire.ts';
import { runUidOf } from '../../domain/ids.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { afterFire } from './fire-schedule.ts';
import { readForVerb } from './manage-schedule.ts';
import type { ScheduledRunPorts } from './schedule-ports.ts';
import { startScheduledRun } from './start-scheduled-run.ts';

const UID_BYTES = 10;

/** What a trigger is known by: the uid of its run, and the moment at which it was first asked for (epoch ms). */
interface TriggerIds {
  readonly runUid: string;
  readonly at: number;
}

/**
 * Starts a run of a schedule now, whatever its overlap rule. Throws NOT_FOUND, INVALID_STATE. `newIds` is asked after the
 * checks; under ids it has given before, it is one row and one run. The row stands first: should this be cut off before
 * its run is there, the schedule's look starts it.
 */
export async function triggerSchedule(
  ports: ScheduledRunPorts,
  uid: string,
  newIds: () => Promise<TriggerIds> = async () => ({
    runUid: runUidOf(ports.random.bytes(UID_BYTES)),
    at: ports.clock.now(),
  }),
): Promise<{ readonly control: RunControl; readonly definition: RunDefinition }> {
  const { schedule } = await readForVerb(ports, uid, 'trigger');
  const ids = await newIds();
  await ports.due.putDue({ at: ports.clock.now() + FIRST_SCHEDULE_CHECK_MS, kind: 'schedule', uid });
  const { definitionRef, inputsRef } = await recordTrigger(ports, uid, ids);
  return startScheduledRun(ports, schedule, { runUid: ids.runUid, definitionRef, inputsRef });
}

/** The row of the ledger: put now, or as it was put when this was asked before. */
async function recordTrigger(ports: ScheduledRunPorts, uid: string, { runUid, at }: TriggerIds): Promise<Fire> {
  for (;;) {
    const recorded = await ports.schedules.readTrigger(uid, at, triggerUidOf(runUid));
    if (recorded !== null) return recorded;
    const { schedule } = await readForVerb(ports, uid, 'trigger');
    const { definitionRef, inputsRef } = schedule;
    const fire: Fire = {
      uid: triggerUidOf(runUid),
      scheduleUid: uid,
      nominalAt: at,
      at,
      cause: 'trigger',
      outcome: 'FIRED',
      reason: null,
      runUid,
      cancelsRunUid: null,
      definitionRef,
      inputsRef,
    };
    if (
      await ports.schedules.recordFire(
        afterFire(ports, schedule, fire),
        fire,
        expiryAfter(at, ports.settings.retentionDays),
      )
    )
      return fire;
  }
}
