import type { Log } from '../../shared/engine/ports.ts';
import { loggedOf, type Step } from './api-call.ts';

/** Logs every call of a known caller that was answered; refusals and failures are logged as they are answered. */
export function logAnswer(log: Pick<Log, 'info'>): Step<'event' | 'route' | 'caller'> {
  return {
    after: ({ event: call, response }) => {
      if (call.caller === null) return;
      log.info(`Answered ${call.route.operation} with ${response?.statusCode}.`, loggedOf(call));
    },
  };
}
