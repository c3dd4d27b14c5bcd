import { USAGE_EVERY_MS } from '../../domain/timing.ts';
import type { CorePorts } from '../ports.ts';
import type { DueEntry } from '../stores/due-store.ts';
import { settleAll } from '../settle-all.ts';

/** The entry stands for all workspaces. */
const ALL = 'all';

/** Puts the entry of the next sums. All that is put before that time is one entry. */
export async function planSums({ clock, due }: Pick<CorePorts, 'clock' | 'due'>): Promise<void> {
  await due.putDue({ at: nextSums(clock.now()), kind: 'usage', uid: ALL });
}

/** Sends each workspace's message to sum its usage. The next entry is put first, and this one deleted last. */
export async function requestSums(
  ports: Pick<CorePorts, 'clock' | 'due' | 'usage' | 'messages'>,
  entry: DueEntry,
): Promise<void> {
  const at = Math.max(nextSums(ports.clock.now()), entry.at + USAGE_EVERY_MS);
  await ports.due.putDue({ at, kind: 'usage', uid: ALL });
  const workspaces = await ports.usage.listWorkspaces();
  await settleAll(
    workspaces.map((workspaceUid) => ports.messages.send({ kind: 'usage', workspaceUid }, { workspaceUid })),
  );
  await ports.due.deleteDue(entry);
}

function nextSums(now: number): number {
  return (Math.floor(now / USAGE_EVERY_MS) + 1) * USAGE_EVERY_MS;
}
