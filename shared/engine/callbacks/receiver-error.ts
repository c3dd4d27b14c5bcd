import { EngineError } from '../../domain/errors.ts';
import type { CallbackAnswer } from '../ports.ts';

/** Whether the receiver took the callback. */
export function isTaken(answer: PostOutcome): answer is Extract<CallbackAnswer, { kind: 'answered' }> {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

/** The receiver's answer; or why nothing was sent, because callbacks may not be sent to its host any more. */
export type PostOutcome = CallbackAnswer | { readonly kind: 'refused'; readonly message: string };

/** Why a callback was not delivered. */
export function receiverError(answer: PostOutcome): EngineError {
  if (answer.kind === 'refused') return new EngineError('RECEIVER_NOT_ALLOWED', `Nothing was sent: ${answer.message}`);
  const text =
    answer.kind === 'answered'
      ? `The receiver answered ${answer.status}; only a 2xx status counts as delivered.`
      : `The receiver could not be reached: ${answer.message}`;
  return new EngineError('UPSTREAM_ERROR', text, { isReceivers: true });
}
