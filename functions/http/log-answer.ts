import type { Log } from '../../shared/engine/ports.ts';
import { loggedOf, type Step } from './api-call.ts';

/** Logs each successful call of a known caller; errors are logged by {@link answerErrors}. */
export function logAnswer(log: Pick<Log, 'info'>): Step<'event' | 'route' | 'caller'> {
  return {
    after: ({ event: call, response }) => {
      if (call.caller === null) return;
      log.info(`Answered ${call.route.operation} with ${response?.statusCode}.`, loggedOf(call));
    },
  };
}
