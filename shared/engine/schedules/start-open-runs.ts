import { CARRYING_MS } from '../../domain/timing.ts';
import { bookkept, type OpenRun, type Schedule } from '../../domain/schedule.ts';
import { carryOut } from './fire-schedule.ts';
import type { FirePorts, ScheduleStore } from './schedule-ports.ts';

/**
 * Starts the runs that a schedule's ledger has and that are not known to be started: the worker that had to start them
 * may have been cut off. Returns their uids, for {@link removeStartedRuns}; `againAt`: when to check the runs that were
 * decided only recently (epoch ms), null: none was.
 */
export async function startOpenRuns(
  ports: FirePorts,
  schedule: Schedule,
): Promise<{ readonly started: readonly string[]; readonly againAt: number | null }> {
  const isRipe = ({ at }: OpenRun): boolean => at + CARRYING_MS <= ports.clock.now();
  const ripe = schedule.openRuns.filter(isRipe);
  for (const open of ripe) await carryOut(ports, schedule, open);
  const young = schedule.openRuns.filter((open) => !ripe.includes(open)).map(({ at }) => at + CARRYING_MS);
  return { started: ripe.map(({ runUid }) => runUid), againAt: young.length === 0 ? null : Math.min(...young) };
}

/** Removes these runs from the schedule's `openRuns`, because they are started. */
export async function removeStartedRuns(
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

/** The schedule's `openRuns` without the started ones. */
export function withoutRuns({ openRuns }: Schedule, started: readonly string[]): Schedule['openRuns'] {
  return openRuns.filter(({ runUid }) => !started.includes(runUid));
}
