import * as z from 'zod';
import { NOTIFICATION_TYPES } from '../../domain/notification.ts';
import { notificationType } from '../enums.ts';
import { instant, paging, sort, strict } from '../fields.ts';
import { callbackHeaders, callbackUrl } from '../launches/schemas.ts';

export { notificationBody } from './bodies.ts';

/** `PUT /v1/notifications`. */
export const notificationsBody = strict({
  url: callbackUrl,
  headers: callbackHeaders
    .optional()
    .describe(
      'Headers that are sent with every notification. Absent: those that were set with the same `url` stay. `{}`: none. ' +
        'Their values are stored encrypted and never returned',
    ),
  on: z
    .array(notificationType)
    .min(1, 'must name at least one event; to end notifications, delete them')
    .max(NOTIFICATION_TYPES.length)
    .describe('The events to be notified of'),
});

export const notifications = strict({
  url: z.string().describe('Where notifications are sent'),
  has_headers: z.boolean().describe('Whether headers are sent with them'),
  on: z.array(notificationType).describe('The events that are sent'),
  created_at: instant,
  updated_at: instant,
}).meta({ id: 'Notifications', description: 'Where the notifications of the workspace go. Headers are not shown.' });

/** `GET /v1/notifications/deliveries`. */
export const listNotificationsQuery = strict({ ...paging(10, 100), sort });
