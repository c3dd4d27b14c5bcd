import type { Credential } from '../../domain/credential.ts';
import { changeCredentials } from './change-credentials.ts';
import type { CredentialPorts } from './credential-ports.ts';

/** Deletes a workspace's own value of a secret; gives it as it was. Null: the workspace has none of that name. */
export async function deleteCredential(
  ports: Pick<CredentialPorts, 'credentials'>,
  workspaceUid: string,
  name: string,
): Promise<Credential | null> {
  const { deleted } = await changeCredentials(ports, workspaceUid, (credentials) => {
    const deleted = credentials.find((one) => one.name === name) ?? null;
    return { credentials: deleted === null ? null : credentials.filter((one) => one !== deleted), deleted };
  });
  return deleted;
}
