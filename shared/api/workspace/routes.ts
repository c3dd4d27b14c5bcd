import type { Route } from '../route.ts';
import * as z from 'zod';
import { MAX_KEYS } from '../../domain/key-set.ts';
import { apiKey, keyUpdateBody, me, newKey, newKeyBody } from './schemas.ts';

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
] as const satisfies readonly Route[];
