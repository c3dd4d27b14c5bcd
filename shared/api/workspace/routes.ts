import type { Route } from '../route.ts';
import * as z from 'zod';
import { MAX_KEYS } from '../../domain/key-set.ts';
import { MAX_CREDENTIALS } from '../../domain/credential.ts';
import { apiKey, keyUpdateBody, me, newKey, newKeyBody, secretBody, workspaceSecret } from './schemas.ts';

export const WORKSPACE_ROUTES = [
  {
    operation: 'getMe',
    method: 'GET',
    path: '/v1/me',
    function: 'workspace',
    scope: 'any',
    summary: 'Get workspace, key and limits',
    description:
      'Returns the workspace and the key of this call, the limits of the workspace, and which deployment this is.',
    success: { status: 200, description: 'Who calls, and what it may do.', schema: me },
    errors: [],
  },
  {
    operation: 'listKeys',
    method: 'GET',
    path: '/v1/keys',
    function: 'workspace',
    scope: 'admin',
    summary: 'List API keys',
    description:
      'Lists the API keys of the workspace, oldest first. Expired keys are listed until they are deleted. The list has a ' +
      `single page: a workspace has at most ${MAX_KEYS} keys.`,
    success: { status: 200, description: 'All keys of the workspace.', schema: z.array(apiKey) },
    errors: [],
  },
  {
    operation: 'createKey',
    method: 'POST',
    path: '/v1/keys',
    function: 'workspace',
    scope: 'admin',
    summary: 'Create an API key',
    description:
      'Creates an API key. The answer has the key itself, which cannot be shown again: if the answer is lost, delete the ' +
      'key and create another one.',
    body: newKeyBody,
    success: { status: 201, description: 'The key.', schema: newKey },
    errors: ['INVALID_STATE'],
  },
  {
    operation: 'updateKey',
    method: 'PATCH',
    path: '/v1/keys/{key_uid}',
    function: 'workspace',
    scope: 'admin',
    summary: 'Rename an API key',
    description: 'Changes the label of a key.',
    body: keyUpdateBody,
    success: { status: 200, description: 'The key.', schema: apiKey },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'deleteKey',
    method: 'DELETE',
    path: '/v1/keys/{key_uid}',
    function: 'workspace',
    scope: 'admin',
    summary: 'Delete an API key',
    description:
      'Revokes a key. It may work for up to a minute more. A second call has no effect and the same answer. The last key ' +
      'of the workspace with the scope `admin` cannot be deleted.',
    success: { status: 200, description: 'The key that was deleted.', schema: apiKey },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'listSecrets',
    method: 'GET',
    path: '/v1/secrets',
    function: 'workspace',
    scope: 'admin',
    summary: 'List secrets',
    description:
      "Lists the workspace's own values of secrets by name: never the values. The list has a single page: a workspace has " +
      `at most ${MAX_CREDENTIALS}.`,
    success: { status: 200, description: 'All secrets of the workspace.', schema: z.array(workspaceSecret) },
    errors: [],
  },
  {
    operation: 'putSecret',
    method: 'PUT',
    path: '/v1/secrets/{secret_name}',
    function: 'workspace',
    scope: 'admin',
    summary: 'Set a secret',
    description:
      "Sets the workspace's own value of a secret. An action that asks for a secret of this name gets it in place of the " +
      "deployment's value, within a minute. The value is stored encrypted and never shown again. Any name of the allowed " +
      'form is taken, also one for which no action asks.',
    body: secretBody,
    success: { status: 200, description: 'The secret without its value.', schema: workspaceSecret },
    errors: ['INVALID_STATE'],
  },
  {
    operation: 'deleteSecret',
    method: 'DELETE',
    path: '/v1/secrets/{secret_name}',
    function: 'workspace',
    scope: 'admin',
    summary: 'Delete a secret',
    description:
      "Deletes the workspace's own value of a secret. Within a minute actions get the deployment's value again, if it has " +
      'one.',
    success: { status: 200, description: 'The secret that was deleted, without its value.', schema: workspaceSecret },
    errors: ['NOT_FOUND'],
  },
] as const satisfies readonly Route[];
