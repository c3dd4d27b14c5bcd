import { createRegistry } from '../../shared/sdk/action-registry.ts';
import type { ActionRegistry } from '../../shared/sdk/action-registry.ts';
import { extractJsonApi } from './extract-json-api.ts';
import { httpRequest } from './http-request.ts';
import { searchCities } from './search-cities.ts';

/**
 * The actions of this deployment, by file: a new action is one file and one line here. `offered` names the opt-in
 * actions that the stage's settings turn on. Throws ActionRegistryError with all faults.
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
