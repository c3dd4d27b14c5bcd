import type { Credential } from '../../domain/credential.ts';
import type { CredentialPorts } from './credential-ports.ts';

/** Calls that change the credentials of one workspace at the same time; beyond them something is wrong. */
const ROUNDS = 20;

/**
 * Changes the credentials of a workspace by a decision over all of them, which is made anew where another call changed
 * them first. `credentials` null: nothing changes. What the decision throws is thrown.
 */
export async function changeCredentials<Change extends { readonly credentials: readonly Credential[] | null }>(
  { credentials: store }: Pick<CredentialPorts, 'credentials'>,
  workspaceUid: string,
  decide: (credentials: readonly Credential[]) => Change,
): Promise<Change> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = await store.readCredentials(workspaceUid);
    const change = decide(before.credentials);
    if (change.credentials === null || (await store.replaceCredentials(before, change.credentials))) return change;
  }
  throw new Error(`The secrets of workspace ${workspaceUid} changed ${ROUNDS} times while they were to be changed.`);
}
