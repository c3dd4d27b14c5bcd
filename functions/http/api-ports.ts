import { createKeyStore } from '../../shared/storage/key-store.ts';
import { createRateStore } from '../../shared/storage/rate-store.ts';
import type { Table } from '../../shared/storage/table.ts';
import { findKey } from '../../shared/storage/workspace-store.ts';
import type { RuntimeSettings } from '../../shared/api/env.ts';
import { SCOPES, type Scope } from '../../shared/api/route.ts';
import { keyUidOf } from '../../shared/domain/api-key.ts';
import type { Machine } from '../wiring/create-ports.ts';
import type { ApiPorts } from './create-api-handler.ts';
import { createRateLimiter } from './rate-limit.ts';

/** The pipeline's ports of an API function, over the table. */
export function createApiPorts(
  machine: Machine,
  table: Table,
  env: { readonly publicUrl: string; readonly settings: Pick<RuntimeSettings, 'rateLimits'> },
): ApiPorts {
  const now = (): number => machine.clock.now();
  return {
    publicUrl: env.publicUrl,
    now,
    spendRate: createRateLimiter(createRateStore(table), env.settings.rateLimits, now),
    once: {
      keyStore: createKeyStore(table),
      now,
      randomBytes: (count) => machine.random.bytes(count),
    },
    newErrorRef: () => machine.random.uuid(),
    log: machine.log,
    async findCaller(keyDigest) {
      const key = await findKey(table, keyDigest);
      if (key === null || key.revokedAt !== null) return null;
      return { workspaceUid: key.workspaceUid, keyUid: keyUidOf(keyDigest), scopes: key.scopes.filter(isScope) };
    },
  };
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
