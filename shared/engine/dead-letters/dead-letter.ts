import { EngineError, type ErrorRecord } from '../../domain/errors.ts';
import type { CorePorts } from '../ports.ts';
import { reportError } from '../report-error.ts';

/** A message that was received as often as its queue allows without success, or that never reached its queue. */
export interface DeadLetter {
  readonly messageId: string;
  /** Short hash of the message id. Page and callback records have it as the message that wrote them. */
  readonly by: string;
  /** The name of its dead-letter queue. */
  readonly queue: string;
  /** EventBridge could not put it into its queue, so it was never tried. */
  readonly isUndelivered: boolean;
}

/**
 * What came of a dead letter. `CARRIED_ON`: its work was already done, and what follows from it was sent again.
 * `NOTHING`: its work is no longer needed, or another message does it.
 */
export type DeadLetterOutcome =
  | 'INPUT_FAILED'
  | 'RUN_ENDED'
  | 'CALLBACK_FAILED'
  | 'FIRE_MISSED'
  | 'CARRIED_ON'
  | 'NOTHING';

/** The INTERNAL_ERROR record for a dead letter. It is logged with the message id under the record's `error_ref`. */
export function reportDeadLetter(
  ports: Pick<CorePorts, 'random' | 'log'>,
  { messageId, queue }: DeadLetter,
  { what, ...about }: { readonly what: string } & Readonly<Record<string, unknown>>,
): ErrorRecord {
  const text = `${what} failed on our side despite several attempts. If the error persists, report its error_ref.`;
  return reportError(ports, new EngineError('INTERNAL_ERROR', text), { ...about, message_id: messageId, queue });
}
