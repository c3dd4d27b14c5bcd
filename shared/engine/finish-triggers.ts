import { bookkept, type Schedule } from '../domain/schedule.ts';
import type { ScheduledRunPorts, ScheduleStore } from './schedule-ports.ts';
import { startScheduledRun } from './start-scheduled-run.ts';

/** Starts the triggered runs that a schedule still owes: whoever was to start them was cut off, or is about to. */
export async function startOpenTriggers(ports: ScheduledRunPorts, schedule: Schedule): Promise<void> {
  if (schedule.openTriggers.length === 0) return;
  for (const trigger of schedule.openTriggers) await startScheduledRun(ports, schedule, trigger);
  const started = schedule.openTriggers.map(({ runUid }) => runUid);
  await finishTriggers(ports, schedule.uid, started);
}

/** Notes that the runs of these triggers are there. */
export async function finishTriggers(
  ports: { readonly schedules: Pick<ScheduleStore, 'readSchedule' | 'replaceSchedule'> },
  uid: string,
  runUids: readonly string[],
): Promise<void> {
  for (;;) {
    const schedule = await ports.schedules.readSchedule(uid);
    if (schedule === null) return;
    const openTriggers = schedule.openTriggers.filter(({ runUid }) => !runUids.includes(runUid));
    if (openTriggers.length === schedule.openTriggers.length) return;
    if (await ports.schedules.replaceSchedule(bookkept(schedule, { openTriggers }))) return;
  }
}
