import { EngineError, type ErrorRecord } from '../../domain/errors.ts';
import type { CorePorts } from '../ports.ts';
import { reportError } from '../report-error.ts';

/** A message that was received as often as it may be, and came to no end; or one that never reached its queue. */
export interface DeadLetter {
  readonly messageId: string;
  /** Short hash of the message id, by which page records and records know who wrote them. */
  readonly by: string;
  /** Where it died: the name of its dead-letter queue. */
  readonly queue: string;
  /** EventBridge gave up on putting it into its queue: nothing of it was tried. */
  readonly isUndelivered: boolean;
}

/**
 * What came of a dead letter. `CARRIED_ON`: what it stood for was done, and what follows from that was told again.
 * `NOTHING`: it speaks of nothing that is still to be done, or another message stands for it.
 */
export type DeadLetterOutcome =
  | 'INPUT_FAILED'
  | 'RUN_ENDED'
  | 'CALLBACK_FAILED'
  | 'FIRE_MISSED'
  | 'CARRIED_ON'
  | 'NOTHING';

/** The INTERNAL_ERROR that a dead letter leaves behind, logged with its message id under the error's reference. */
export function reportDeadLetter(
  ports: Pick<CorePorts, 'random' | 'log'>,
  { messageId, queue }: DeadLetter,
  { what, ...about }: { readonly what: string } & Readonly<Record<string, unknown>>,
): ErrorRecord {
  const text = `${what} failed on our side despite several attempts. If the error persists, report its error_ref.`;
  return reportError(ports, new EngineError('INTERNAL_ERROR', text), { ...about, message_id: messageId, queue });
}
