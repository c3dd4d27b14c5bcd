import { bookkept, type Schedule } from '../domain/schedule.ts';
import { carryOut } from './fire-schedule.ts';
import type { FirePorts, ScheduleStore } from './schedule-ports.ts';

/**
 * Starts the runs that stand in a schedule's ledger and may not be there yet: whoever was to start them was cut off, or
 * is about to. Gives their uids, for {@link closeRuns}.
 */
export async function startOpenRuns(ports: FirePorts, schedule: Schedule): Promise<readonly string[]> {
  for (const open of schedule.openRuns) await carryOut(ports, schedule, open);
  return schedule.openRuns.map(({ runUid }) => runUid);
}

/** Notes that these runs are there. */
export async function closeRuns(
  ports: { readonly schedules: Pick<ScheduleStore, 'readSchedule' | 'replaceSchedule'> },
  uid: string,
  started: readonly string[],
): Promise<void> {
  while (started.length > 0) {
    const schedule = await ports.schedules.readSchedule(uid);
    if (schedule === null) return;
    const openRuns = withoutRuns(schedule, started);
    if (openRuns.length === schedule.openRuns.length) return;
    if (await ports.schedules.replaceSchedule(bookkept(schedule, { openRuns }))) return;
  }
}

export function withoutRuns({ openRuns }: Schedule, started: readonly string[]): Schedule['openRuns'] {
  return openRuns.filter(({ runUid }) => !started.includes(runUid));
}
