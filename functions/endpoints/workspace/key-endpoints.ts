import { apiKeyView } from '../../../shared/api/workspace/view.ts';
import { EngineError } from '../../../shared/domain/errors.ts';
import { type ApiKey, presentKeys } from '../../../shared/domain/key-set.ts';
import { DEFAULT_SCOPES, type Scope, SCOPES } from '../../../shared/domain/scopes.ts';
import { createKey } from '../../../shared/engine/workspace/create-key.ts';
import { deleteKey } from '../../../shared/engine/workspace/delete-key.ts';
import type { KeyPorts } from '../../../shared/engine/workspace/key-ports.ts';
import { updateKey } from '../../../shared/engine/workspace/update-key.ts';
import { settleAll } from '../../../shared/engine/settle-all.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

type KeyOperation = 'listKeys' | 'createKey' | 'updateKey' | 'deleteKey';

export interface KeyEndpointPorts extends KeyPorts {
  readonly randomBytes: (count: number) => Uint8Array;
}

/** A workspace's keys: lists, makes, renames and deletes them. */
export function createKeyEndpoints(ports: KeyEndpointPorts): Pick<EndpointsOf<'workspace'>, KeyOperation> {
  const lastUse = (workspaceUid: string) => ports.keys.readLastUse(workspaceUid);
  return {
    listKeys: defineEndpoint('listKeys', {
      async handle({ caller: { workspaceUid } }) {
        const [{ keys }, used] = await settleAll([ports.keys.readKeys(workspaceUid), lastUse(workspaceUid)]);
        return { body: presentKeys(keys).map((key) => apiKeyView(key, used)) };
      },
    }),

    createKey: defineEndpoint('createKey', {
      async handle({ body, caller }) {
        const { label, scopes: wanted = DEFAULT_SCOPES } = body;
        const scopes = SCOPES.filter((scope) => wanted.includes(scope));
        checkScopes(scopes, caller.scopes);
        const expiresAt = body.expires_at === undefined ? null : Date.parse(body.expires_at);
        if (expiresAt !== null && expiresAt <= ports.now()) throw past();
        const { text, key } = await createKey(ports, caller.workspaceUid, { label, scopes, expiresAt });
        return { body: { ...apiKeyView(key, new Map()), key: text } };
      },
    }),

    updateKey: defineEndpoint('updateKey', {
      async handle({ body: { label }, params, caller: { workspaceUid } }) {
        const key = await updateKey(ports, workspaceUid, params.key_uid.toLowerCase(), { label });
        return { body: apiKeyView(known(key, params.key_uid), await lastUse(workspaceUid)) };
      },
    }),

    deleteKey: defineEndpoint('deleteKey', {
      async handle({ params, caller: { workspaceUid } }) {
        const uid = params.key_uid.toLowerCase();
        const deleted = await deleteKey(ports, workspaceUid, uid, { lastAdminToo: false });
        return { body: apiKeyView(known(deleted?.key ?? null, params.key_uid), await lastUse(workspaceUid)) };
      },
    }),
  };
}

/** Throws FORBIDDEN for scopes that the maker of a key does not have. */
function checkScopes(wanted: readonly Scope[], held: readonly Scope[]): void {
  const lacking = wanted.filter((scope) => !held.includes(scope));
  if (lacking.length === 0) return;
  const message = `Your key does not have ${lacking.join(', ')}, and a key can be given only scopes of the key that makes it: ${held.join(', ')}. Name them in scopes.`;
  throw new EngineError('FORBIDDEN', message, { params: { scope: lacking[0] } });
}

function past(): EngineError {
  const message = 'must be in the future';
  return new EngineError('BAD_INPUT', `body: expires_at: ${message}`, {
    validationErrors: [{ path: 'expires_at', message }],
  });
}

function known(key: ApiKey | null, uid: string): ApiKey {
  if (key === null) throw new EngineError('NOT_FOUND', `The API key ${uid} does not exist.`);
  return key;
}
