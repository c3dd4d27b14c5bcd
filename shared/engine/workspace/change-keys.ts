import type { ApiKey } from '../../domain/key-set.ts';
import type { KeyPorts } from './key-ports.ts';

/** What becomes of a workspace's keys; `changed` null: nothing changes. */
export interface KeyChange {
  readonly keys: readonly ApiKey[];
  readonly changed: ApiKey | null;
}

/** Calls that change the keys of one workspace at the same time; beyond them something is wrong. */
const ROUNDS = 20;

/**
 * Changes the keys of a workspace by a decision over all of them, which is made anew where another call changed them
 * first. What the decision throws is thrown.
 */
export async function changeKeys<Change extends KeyChange>(
  { keys: store }: Pick<KeyPorts, 'keys'>,
  workspaceUid: string,
  decide: (keys: readonly ApiKey[]) => Change,
): Promise<Change> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await store.readKeys(workspaceUid);
    const change = decide(before.keys);
    if (change.changed === null) return change;
    if (await store.replaceKeys(before, change.keys, change.changed)) return change;
  }
  throw new Error(`The keys of workspace ${workspaceUid} changed ${ROUNDS} times while they were to be changed.`);
}
