import { createRegistry } from '../../shared/sdk/action-registry.ts';
import type { ActionRegistry } from '../../shared/sdk/action-registry.ts';
import { extractJsonApi } from './extract-json-api.ts';
import { httpRequest } from './http-request.ts';
import { searchCities } from './search-cities.ts';

/**
 * What this deployment has, by file: a new action is one file and one line here. Throws ActionRegistryError with every
 * fault; `offered` names the opt-in actions the stage's settings turn on.
 */
export function registerActions(offered: readonly string[]): ActionRegistry {
  return createRegistry(
    {
      'search-cities.ts': searchCities,
      'extract-json-api.ts': extractJsonApi,
      'http-request.ts': httpRequest,
    },
    { offered },
  );
}
