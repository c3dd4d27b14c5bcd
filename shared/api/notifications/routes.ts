import * as z from 'zod';
import { callbackRecord } from '../callbacks/schemas.ts';
import { NEXT_PAGE, type Route } from '../route.ts';
import { listNotificationsQuery, notifications, notificationsBody } from './schemas.ts';

export const NOTIFICATION_ROUTES = [
  {
    operation: 'putNotifications',
    method: 'PUT',
    path: '/v1/notifications',
    function: 'workspace',
    scope: 'manage',
    summary: 'Set notifications',
    description:
      'Sets where the workspace is notified, and of which events. A notification is signed, retried and recorded as a ' +
      'callback is. A second call replaces the first; only `headers` stay where it has none and the same `url`. ' +
      'Notifications that are not delivered yet are sent to the new URL with the new headers; `on` decides about events ' +
      'from now on. A receiver is not told that it is away itself, nor its host.',
    body: notificationsBody,
    notifies: true,
    success: { status: 200, description: 'The notifications as they are set.', schema: notifications },
    errors: [],
  },
  {
    operation: 'getNotifications',
    method: 'GET',
    path: '/v1/notifications',
    function: 'workspace',
    scope: 'manage',
    summary: 'Get notifications',
    description: 'Returns where the workspace is notified, and of which events. The headers are not shown.',
    success: { status: 200, description: 'The notifications as they are set.', schema: notifications },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'deleteNotifications',
    method: 'DELETE',
    path: '/v1/notifications',
    function: 'workspace',
    scope: 'manage',
    summary: 'Delete notifications',
    description:
      'Ends the notifications of the workspace. Those that are not delivered yet become FAILED at their next attempt, ' +
      'which is not made; the others can be read as before.',
    success: { status: 200, description: 'The notifications as they were set.', schema: notifications },
    errors: ['NOT_FOUND'],
  },
  {
    operation: 'listNotifications',
    method: 'GET',
    path: '/v1/notifications/deliveries',
    function: 'runs',
    scope: 'read',
    summary: 'List sent notifications',
    description:
      'Lists the notifications of the workspace and their replays, with the state of their delivery. Get, body, attempts ' +
      'and replay are the calls for callbacks: a notification is found there by its `uid`. It is not in the lists of ' +
      'callbacks, and no manifest counts it.',
    query: listNotificationsQuery,
    success: {
      status: 200,
      description: 'A page of notifications.',
      schema: z.array(callbackRecord),
      headers: NEXT_PAGE,
    },
    errors: [],
  },
] as const satisfies readonly Route[];
