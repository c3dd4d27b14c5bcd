import { findStoredCaller, noteKeyUse } from '../../shared/storage/api-key-store.ts';
import { createKeyStore } from '../../shared/storage/key-store.ts';
import { createRateStore } from '../../shared/storage/rate-store.ts';
import type { Table } from '../../shared/storage/table.ts';
import type { RuntimeSettings } from '../../shared/api/env.ts';
import { keyUidOf } from '../../shared/domain/api-key.ts';
import { isScope } from '../../shared/domain/scopes.ts';
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
      const stored = await findStoredCaller(table, keyDigest);
      if (stored === null || stored.revokedAt !== null) return null;
      const { workspaceUid, scopes, expiresAt } = stored;
      return { workspaceUid, keyUid: keyUidOf(keyDigest), scopes: scopes.filter(isScope), expiresAt };
    },
    noteUse: (workspaceUid, keyUid, day) => noteKeyUse(table, workspaceUid, keyUid, day),
  };
}
