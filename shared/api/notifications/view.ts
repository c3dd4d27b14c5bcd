import type * as z from 'zod';
import type { NotificationSetting } from '../../domain/notification.ts';
import { instantOf } from '../runs/view.ts';
import type { notifications } from './schemas.ts';

/** A setting of notifications as the API shows it: with whether there are headers, and not which. */
export function notificationsView(setting: NotificationSetting): z.output<typeof notifications> {
  const { url, sealedHeaders, on, createdAt, updatedAt } = setting;
  return {
    url,
    has_headers: sealedHeaders !== null,
    on: [...on],
    created_at: instantOf(createdAt),
    updated_at: instantOf(updatedAt),
  };
}
