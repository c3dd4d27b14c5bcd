import { expiryAfter } from '../../domain/expiry.ts';
import { EngineError } from '../../domain/errors.ts';
import { FIRST_SCHEDULE_CHECK_MS } from '../../domain/timing.ts';
import { type Fire, triggerUidOf } from '../../domain/fire.ts';
import { runUidOf } from '../../domain/ids.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { checkPages, takePlace } from '../quotas.ts';
import { afterFire } from './fire-schedule.ts';
import { readForVerb } from './manage-schedule.ts';
import type { ScheduledRunPorts } from './schedule-ports.ts';
import { startScheduledRun } from './start-scheduled-run.ts';

const UID_BYTES = 10;

/** The identity of a trigger: the uid of its run, and the moment of the first call (epoch ms). */
interface TriggerIds {
  readonly runUid: string;
  readonly at: number;
}

/**
 * Starts a run of a schedule now, whatever its overlap rule. `newIds` is called after the checks; the same ids give the
 * same row and run. The row is written first: if this call is cut off before the run exists, the schedule's check
 * starts it. Throws NOT_FOUND, INVALID_STATE, LIMIT_REACHED.
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
  const { workspaceUid } = schedule;
  await checkPages(ports, workspaceUid);
  const ids = await newIds();
  await takePlace(ports, { kind: 'runs_waiting', workspaceUid, uid: ids.runUid });
  await ports.due.putDue({ at: ports.clock.now() + FIRST_SCHEDULE_CHECK_MS, kind: 'schedule', uid });
  const { definitionRef, inputsRef } = await recordTrigger(ports, uid, ids);
  const started = await startScheduledRun(ports, schedule, { runUid: ids.runUid, definitionRef, inputsRef });
  if (started === null) throw new EngineError('NOT_FOUND', `The run ${ids.runUid} was deleted.`);
  return started;
}

/** The trigger's row in the ledger: written now, or by an earlier call with the same ids. */
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
