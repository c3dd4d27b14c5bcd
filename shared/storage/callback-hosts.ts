import { type CallbackHostsOf, readHostRules } from '../domain/callback-host.ts';
import type { Clock } from '../engine/ports.ts';
import { keepReads } from '../process/keep-reads.ts';
import { LIMITS_KEPT, readOwnCallbackHosts } from './limit-reader.ts';
import type { Table } from './table.ts';

/** A workspace's own list, or else the stage's. */
export function createCallbackHosts(table: Table, stageHosts: readonly string[] | null, clock: Clock): CallbackHostsOf {
  const stageRules = stageHosts === null ? null : readHostRules(stageHosts);
  return keepReads(
    { ...LIMITS_KEPT, now: () => clock.now() },
    async (workspaceUid) => (await readOwnCallbackHosts(table, workspaceUid)) ?? stageRules,
  );
}
