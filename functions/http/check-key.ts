import type { Step } from './api-call.ts';
import { createAuthenticator, type FindCaller } from './authenticate.ts';

/** Finds the caller by the key in X-API-Key, on routes that need one. Throws as {@link createAuthenticator} does. */
export function checkKey(ports: {
  readonly findCaller: FindCaller;
  readonly now: () => number;
}): Step<'request' | 'route', 'caller'> {
  const authenticate = createAuthenticator(ports.findCaller, ports.now);
  return {
    before: async ({ event: call }) => {
      if (call.route.scope === null) return;
      call.caller = await authenticate(call.request.headers['x-api-key'], call.request.sourceIp);
    },
  };
}
