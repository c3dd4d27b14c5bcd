import type { DryRun } from '../../domain/dry-run.ts';
import { nextTime } from '../../domain/schedule-times.ts';
import { acceptingAll, type DryRunPorts, reportOf } from '../launch/dry-run-launch.ts';
import { checkQuotas } from '../quotas.ts';
import { checkSchedule, type ScheduleLaunch } from './put-schedule.ts';

/**
 * What a launch of a schedule would do: the estimate is of one of its runs, which waits for the schedule's first time.
 */
export async function dryRunSchedule(ports: DryRunPorts, launch: ScheduleLaunch): Promise<DryRun> {
  const checked = await checkSchedule(ports, acceptingAll(launch));
  await checkQuotas(ports, launch.workspaceUid, ['schedules']);
  const limits = await ports.admission.readLimits(launch.workspaceUid);
  const now = ports.clock.now();
  const reason = { code: 'SCHEDULED_START', since: now, retryAt: nextTime(launch, now), blockingUids: [] } as const;
  return reportOf(ports, launch, checked, limits, reason);
}
