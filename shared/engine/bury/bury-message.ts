import type { Message } from '../messages.ts';
import type { FirePorts } from '../schedules/schedule-ports.ts';
import type { Burial, DeadLetter } from './burial.ts';
import { buryCallback } from './bury-callback.ts';
import { buryFire } from './bury-fire.ts';
import { buryIntake } from './bury-intake.ts';
import { buryPage } from './bury-page.ts';

/**
 * Ends visibly what a dead letter stood for: an input, a run, a callback or a time of a schedule. Told twice, late, or of
 * what has since been done by others, it changes nothing.
 */
export async function buryMessage(ports: FirePorts, message: Message, letter: DeadLetter): Promise<Burial> {
  const burial = await bury(ports, message, letter);
  const { messageId: message_id, queue } = letter;
  ports.log.warn('a dead letter was seen to', { message_id, queue, burial, letter: message });
  return burial;
}

async function bury(ports: FirePorts, message: Message, letter: DeadLetter): Promise<Burial> {
  switch (message.kind) {
    case 'page':
      return buryPage(ports, message, letter);
    case 'intake':
      return buryIntake(ports, message, letter);
    case 'callback':
      return buryCallback(ports, message, letter);
    case 'fire':
      return buryFire(ports, message, letter);
    case 'dispatch': // the sweeper sends it again while the run waits for it
    case 'tend': // the schedule's due entry stands, and the sweeper asks again
      return 'NOTHING';
  }
}
