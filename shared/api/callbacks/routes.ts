import * as z from 'zod';
import { NEXT_PAGE, type Route } from '../route.ts';
import {
  callbackAttempt,
  callbackRecord,
  deliveryBody,
  listCallbacksQuery,
  replayBody,
  replayed,
  runCallbacksQuery,
  rotateBody,
  signingSecrets,
  testBody,
  testedCallback,
} from './schemas.ts';

const SIGNATURE_HEADERS = {
  'webhook-id': 'The `callback_ref_uid` of the body. Only for a key with the scope `manage`, like the others',
  'webhook-timestamp': 'The time of this answer, in seconds since 1970',
  'webhook-signature': 'The signature of id, timestamp and body, as on a delivery',
} as const;

export const CALLBACK_ROUTES = [
  {
    operation: 'listCallbacks',
    method: 'GET',
    path: '/v1/runs/callbacks',
    function: 'runs',
    scope: 'read',
    summary: 'List callbacks',
    description:
      'Lists the callbacks of the workspace, with the state of their delivery. They are sorted by the creation of their ' +
      'run, then by input, page and part.',
    query: listCallbacksQuery,
    success: { status: 200, description: 'A page of callbacks.', schema: z.array(callbackRecord), headers: NEXT_PAGE },
    errors: [],
  },
  {
    operation: 'listRunCallbacks',
    method: 'GET',
    path: '/v1/runs/{run_uid}/callbacks',
    function: 'runs',
    scope: 'read',
    summary: "List a run's callbacks",
    description: 'Lists the callbacks of a run by input, page and part. The `run.finished` callback comes last.',
    query: runCallbacksQuery,
    success: { status: 200, description: 'A page of callbacks.', schema: z.array(callbackRecord), headers: NEXT_PAGE },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getCallback',
    method: 'GET',
    path: '/v1/runs/callbacks/{callback_uid}',
    function: 'runs',
    scope: 'read',
    summary: 'Get a callback',
    description: 'Returns a callback or a notification with the state of its delivery.',
    success: { status: 200, description: 'The callback.', schema: callbackRecord },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'getCallbackBody',
    method: 'GET',
    path: '/v1/runs/callbacks/{callback_uid}/body',
    function: 'runs',
    scope: 'read',
    summary: "Get a callback's body",
    description:
      'Returns the body of a callback, with exactly the bytes that the receiver gets. A key with the scope `manage` also ' +
      'gets the signature headers, made for this answer: a receiver accepts the answer as it accepts a delivery. ' +
      'The body can be read as soon as the callback exists, and as long as its run; that of a notification as long as ' +
      'the notification.',
    success: {
      status: 200,
      description: 'The body of the callback.',
      schema: deliveryBody,
      verbatim: true,
      headers: SIGNATURE_HEADERS,
    },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listCallbackAttempts',
    method: 'GET',
    path: '/v1/runs/callbacks/{callback_uid}/attempts',
    function: 'runs',
    scope: 'read',
    summary: "List a callback's attempts",
    description:
      'Lists the attempts to deliver a callback, oldest first. Those of its replays are listed with each replay. An ' +
      'attempt that was cut off because the workspace had too many slow callbacks is listed, with the error ' +
      '`LIMIT_REACHED`, and made again under the same number.',
    success: { status: 200, description: 'All attempts.', schema: z.array(callbackAttempt) },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'replayCallback',
    method: 'POST',
    path: '/v1/runs/callbacks/{callback_uid}/replay',
    function: 'verbs',
    scope: 'run',
    summary: 'Replay a callback',
    description:
      'Sends a callback or a notification again. This creates a new callback that has the same `callback_ref_uid` and ' +
      'body, and whose `parent_uid` is the original. A notification goes to the present URL of the notifications.',
    once: true,
    success: { status: 202, description: 'The new callback.', schema: callbackRecord },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'replayRunCallbacks',
    method: 'POST',
    path: '/v1/runs/{run_uid}/callbacks/replay',
    function: 'verbs',
    scope: 'run',
    summary: "Replay a run's callbacks by status",
    description:
      'Sends again those callbacks of a run that have one of the given statuses; without `status`, those that are FAILED. ' +
      'Only one replay of a run is possible at a time; until it is done, another one is answered with 409.',
    body: replayBody,
    bodyOptional: true,
    once: true,
    success: {
      status: 202,
      description: 'The number of callbacks that are sent again.',
      schema: replayed,
      headers: { 'X-Complete': '`false` if there was not enough time to replay all of them; call again for the rest' },
    },
    errors: ['NOT_FOUND', 'INVALID_STATE'],
  },
  {
    operation: 'testCallback',
    method: 'POST',
    path: '/v1/callbacks/test',
    function: 'workspace',
    scope: 'manage',
    summary: 'Send a test callback',
    description:
      'Sends one signed callback with made-up content to a URL, as the callbacks of a run are sent, and returns what was ' +
      'sent and what the receiver answered within 15 seconds. Its ids are new each time and belong to no run. It is ' +
      'sent once, whatever the answer, and nothing of it is stored.',
    body: testBody,
    success: { status: 200, description: 'What was sent, and what came of it.', schema: testedCallback },
    errors: [],
  },
  {
    operation: 'getSigningSecret',
    method: 'GET',
    path: '/v1/signing-secret',
    function: 'workspace',
    scope: 'manage',
    summary: 'Get the signing secrets',
    description: 'Returns the secrets that callbacks of this workspace are signed with.',
    success: { status: 200, description: 'The signing secrets, newest first.', schema: signingSecrets },
    errors: [],
  },
  {
    operation: 'rotateSigningSecret',
    method: 'POST',
    path: '/v1/signing-secret/rotate',
    function: 'workspace',
    scope: 'admin',
    summary: 'Rotate the signing secret',
    description:
      'Gives the workspace a new signing secret. Until the overlap ends, callbacks carry the signatures of the new secret ' +
      'and of those before, newest first and separated by spaces, so that receivers can be changed one by one. The new ' +
      'secret signs all callbacks within a minute; for as long, callbacks may be signed by a secret that has just ended.',
    body: rotateBody,
    bodyOptional: true,
    once: true,
    success: { status: 200, description: 'The signing secrets, newest first.', schema: signingSecrets },
    errors: ['INVALID_STATE'],
  },
] as const satisfies readonly Route[];
