import { expiryAfter } from '../../domain/expiry.ts';
import { decideFire } from '../../domain/decide-fire.ts';
import { fireUidOf } from '../../domain/fire.ts';
import { jitterMs, singleTime } from '../../domain/schedule-times.ts';
import { notifyOfFire } from '../notifications/notify-of-fire.ts';
import { afterFire, fireSchedule } from '../schedules/fire-schedule.ts';
import type { FireMessage } from '../messages.ts';
import type { FirePorts } from '../schedules/schedule-ports.ts';
import { type DeadLetterOutcome, type DeadLetter, reportDeadLetter } from './dead-letter.ts';

/**
 * Ends a fire whose message became a dead letter. A fire that EventBridge could not deliver is carried out as a late
 * one; the schedule decides whether it is too late. Any other fire is recorded in the ledger as MISSED. Where the
 * ledger already has a decision, that is carried out. A time that is not the schedule's, or is yet to come, is left
 * alone.
 */
export async function failFire(
  ports: FirePorts,
  message: FireMessage,
  deadLetter: DeadLetter,
): Promise<DeadLetterOutcome> {
  const { scheduleUid, nominalAt } = message;
  if (deadLetter.isUndelivered) {
    await fireSchedule(ports, message);
    return 'CARRIED_ON';
  }
  for (;;) {
    if ((await ports.schedules.readFire(scheduleUid, nominalAt)) !== null) {
      await fireSchedule(ports, message);
      return 'CARRIED_ON';
    }
    const schedule = await ports.schedules.readSchedule(scheduleUid);
    const now = ports.clock.now();
    if (schedule === null || nominalAt + jitterMs(schedule) > now) return 'NOTHING'; // the schedule's check carries it out when it comes
    const decision = decideFire(schedule, nominalAt, now, false);
    if (decision.outcome === 'none') return 'NOTHING';
    const isLost = decision.outcome === 'FIRED';
    const fire = {
      uid: fireUidOf(scheduleUid, nominalAt),
      scheduleUid,
      nominalAt,
      at: now,
      cause: singleTime(schedule) === null ? 'cron' : 'once',
      outcome: isLost ? 'MISSED' : decision.outcome,
      reason: isLost ? 'LOST' : decision.reason,
      runUid: null,
      cancelsRunUid: null,
      definitionRef: schedule.definitionRef,
      inputsRef: schedule.inputsRef,
    } as const;
    if (
      !(await ports.schedules.recordFire(
        afterFire(ports, schedule, fire),
        fire,
        expiryAfter(now, ports.settings.retentionDays),
      ))
    )
      continue;
    await notifyOfFire(ports, schedule, fire);
    const what = `The time ${new Date(nominalAt).toISOString()} of the schedule`;
    reportDeadLetter(ports, deadLetter, { what, schedule_uid: scheduleUid });
    return 'FIRE_MISSED';
  }
}
