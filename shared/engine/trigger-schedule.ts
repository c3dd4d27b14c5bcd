import { runUidOf } from '../domain/ids.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import { afterFire, expiryOf } from './fire-schedule.ts';
import { readForVerb } from './manage-schedule.ts';
import type { ScheduledRunPorts } from './schedule-ports.ts';
import { startScheduledRun } from './start-scheduled-run.ts';

const UID_BYTES = 10;

/**
 * Starts a run of a schedule now, whatever its overlap rule, and notes it in the ledger. Throws NOT_FOUND,
 * INVALID_STATE. `newUid` is asked for the run's uid after the checks; under a uid it has given before, it is one run.
 */
export async function triggerSchedule(
  ports: ScheduledRunPorts,
  uid: string,
  newUid: () => Promise<string> = async () => runUidOf(ports.chance.bytes(UID_BYTES)),
): Promise<{ readonly control: RunControl; readonly definition: RunDefinition }> {
  const { schedule } = await readForVerb(ports, uid, 'trigger');
  const runUid = await newUid();
  const at = ports.clock.now();
  const { definitionRef, inputsRef } = schedule;
  // The run first: the ledger tells only of runs that are there.
  const started = await startScheduledRun(ports, schedule, { runUid, definitionRef, inputsRef });
  const fire = {
    uid: ports.chance.uuid(),
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
  } as const;
  for (;;) {
    const standing = await ports.schedules.readSchedule(uid);
    if (standing === null || standing.lastRunUid === runUid) return started; // noted by who was cut off before
    const next = afterFire(ports, standing, fire);
    if (await ports.schedules.recordFire(next, fire, expiryOf(ports, at))) return started;
  }
}
