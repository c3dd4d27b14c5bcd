import { EngineError } from '../../domain/errors.ts';
import type { CallbackAnswer } from '../ports.ts';

/** Whether the receiver took the callback. */
export function isTaken(answer: CallbackAnswer): answer is Extract<CallbackAnswer, { kind: 'answered' }> {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

/** What is wrong with the answer of a receiver that did not take a callback. */
export function receiverError(answer: CallbackAnswer): EngineError {
  const text =
    answer.kind === 'answered'
      ? `The receiver answered ${answer.status}; only a 2xx status counts as delivered.`
      : `The receiver could not be reached: ${answer.message}`;
  return new EngineError('UPSTREAM_ERROR', text, { isReceivers: true });
}
