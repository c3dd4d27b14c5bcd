import { type Credential, credentialSeal, MAX_CREDENTIALS } from '../../domain/credential.ts';
import { EngineError } from '../../domain/errors.ts';
import { changeCredentials } from './change-credentials.ts';
import type { CredentialPorts } from './credential-ports.ts';

/**
 * Sets a workspace's own value of a secret, in place of the one before. Throws INVALID_STATE where the workspace has
 * too many.
 */
export async function putCredential(
  ports: CredentialPorts,
  workspaceUid: string,
  name: string,
  value: string,
): Promise<Credential> {
  const sealed = await ports.sealCredential(value, credentialSeal(workspaceUid, name));
  const { put } = await changeCredentials(ports, workspaceUid, (credentials) => {
    const now = ports.now();
    const others = credentials.filter((one) => one.name !== name);
    if (others.length >= MAX_CREDENTIALS) throw tooMany();
    const createdAt = credentials.find((one) => one.name === name)?.createdAt ?? now;
    const put: Credential = { name, sealed, createdAt, updatedAt: now };
    return { credentials: [...others, put], put };
  });
  return put;
}

function tooMany(): EngineError {
  const message = `The workspace has ${MAX_CREDENTIALS} secrets of its own, the most that it can have; delete one.`;
  return new EngineError('INVALID_STATE', message);
}
