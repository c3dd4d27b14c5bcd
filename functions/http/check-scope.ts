import { EngineError } from '../../shared/domain/errors.ts';
import type { Step } from './api-call.ts';

/** Throws FORBIDDEN if the key lacks the scope that the route needs; the error names it. */
export function checkScope(): Step<'route' | 'caller'> {
  return {
    before: ({ event: { route, caller } }) => {
      if (caller === null || route.scope === null || route.scope === 'any') return;
      if (caller.scopes.includes(route.scope)) return;
      const held = caller.scopes.length === 0 ? 'none' : caller.scopes.join(', ');
      const message = `This call requires a key with the scope ${route.scope}; this key has ${held}.`;
      throw new EngineError('FORBIDDEN', message, { params: { scope: route.scope } });
    },
  };
}
