import { secretView } from '../../../shared/api/workspace/view.ts';
import { CREDENTIAL_NAME } from '../../../shared/domain/credential.ts';
import { EngineError } from '../../../shared/domain/errors.ts';
import { shorten } from '../../../shared/domain/shorten.ts';
import type { CredentialPorts } from '../../../shared/engine/workspace/credential-ports.ts';
import { deleteCredential } from '../../../shared/engine/workspace/delete-credential.ts';
import { putCredential } from '../../../shared/engine/workspace/put-credential.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

type CredentialOperation = 'listSecrets' | 'putSecret' | 'deleteSecret';

/** A workspace's own values of secrets: lists their names, sets and deletes them. Nothing here can read a value. */
export function createCredentialEndpoints(ports: CredentialPorts): Pick<EndpointsOf<'workspace'>, CredentialOperation> {
  return {
    listSecrets: defineEndpoint('listSecrets', {
      async handle({ caller: { workspaceUid } }) {
        const { credentials } = await ports.credentials.readCredentials(workspaceUid);
        return { body: credentials.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(secretView) };
      },
    }),

    putSecret: defineEndpoint('putSecret', {
      async handle({ body: { value }, params: { secret_name: name }, caller: { workspaceUid } }) {
        if (!CREDENTIAL_NAME.test(name)) throw refused(name);
        return { body: secretView(await putCredential(ports, workspaceUid, name, value)) };
      },
    }),

    deleteSecret: defineEndpoint('deleteSecret', {
      async handle({ params: { secret_name: name }, caller: { workspaceUid } }) {
        const deleted = await deleteCredential(ports, workspaceUid, name);
        if (deleted !== null) return { body: secretView(deleted) };
        throw new EngineError('NOT_FOUND', `The workspace has no secret of its own with the name ${shorten(name)}.`);
      },
    }),
  };
}

function refused(name: string): EngineError {
  const message = `${shorten(name)} is not a name of a secret: it must begin with a capital letter and have up to 64 capital letters, digits and _, such as GITHUB_TOKEN`;
  return new EngineError('BAD_INPUT', message, { validationErrors: [{ path: 'secret_name', message }] });
}
