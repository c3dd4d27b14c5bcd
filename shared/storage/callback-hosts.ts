import { type CallbackHostsOf, readHostRules } from '../domain/callback-host.ts';
import type { Clock } from '../engine/ports.ts';
import { Lru } from '../process/lru.ts';
import { readOwnCallbackHosts } from './limit-reader.ts';
import type { Table } from './table.ts';

const HOSTS_KEPT_MS = 60_000;
const WORKSPACES_KEPT = 500;

/** A workspace's own list, or else the stage's. A list is read once a minute. */
export function createCallbackHosts(table: Table, stageHosts: readonly string[] | null, clock: Clock): CallbackHostsOf {
  const known = new Lru<{ readonly at: number; readonly hosts: Promise<readonly string[] | null> }>(WORKSPACES_KEPT);
  const stageRules = stageHosts === null ? null : readHostRules(stageHosts);
  return (workspaceUid) => {
    const now = clock.now();
    const found = known.get(workspaceUid);
    if (found !== undefined && now - found.at < HOSTS_KEPT_MS) return found.hosts;
    const hosts = readOwnCallbackHosts(table, workspaceUid).then((own) => own ?? stageRules);
    known.set(workspaceUid, { at: now, hosts });
    hosts.catch(() => known.delete(workspaceUid)); // the next call reads again
    return hosts;
  };
}
