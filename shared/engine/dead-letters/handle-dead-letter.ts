import type { Message } from '../messages.ts';
import type { FirePorts } from '../schedules/schedule-ports.ts';
import type { DeadLetterOutcome, DeadLetter } from './dead-letter.ts';
import { failCallback } from './fail-callback.ts';
import { failFire } from './fail-fire.ts';
import { failIntake } from './fail-intake.ts';
import { failPage } from './fail-page.ts';

/**
 * Fails visibly what a dead letter stood for: an input, a run, a callback or a time of a schedule. Idempotent: a second
 * or late call, or one for work that others have done since, changes nothing.
 */
export async function handleDeadLetter(
  ports: FirePorts,
  message: Message,
  deadLetter: DeadLetter,
): Promise<DeadLetterOutcome> {
  const outcome = await endDeadLetter(ports, message, deadLetter);
  const { messageId: message_id, queue } = deadLetter;
  ports.log.warn('a dead letter was seen to', { message_id, queue, outcome, deadLetter: message });
  return outcome;
}

async function endDeadLetter(ports: FirePorts, message: Message, deadLetter: DeadLetter): Promise<DeadLetterOutcome> {
  switch (message.kind) {
    case 'page':
      return failPage(ports, message, deadLetter);
    case 'intake':
      return failIntake(ports, message, deadLetter);
    case 'callback':
      return failCallback(ports, message, deadLetter);
    case 'fire':
      return failFire(ports, message, deadLetter);
    case 'usage': // the next sum goes on from where this one ended
    case 'dispatch': // the sweep sends it again while the run waits for it
    case 'reconcile': // the schedule's due entry is still there, so the sweep sends it again
    case 'purge': // likewise the deletion's
    case 'bulk': // the same
      return 'NOTHING';
  }
}
