import { notificationsView } from '../../../shared/api/notifications/view.ts';
import {
  deleteNotifications,
  findNotifications,
  type NotificationSettingPorts,
  putNotifications,
} from '../../../shared/engine/notifications/settings.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';

type NotificationOperation = 'putNotifications' | 'getNotifications' | 'deleteNotifications';

/** Where a workspace's notifications go: sets, shows and deletes it. */
export function createNotificationEndpoints(
  ports: NotificationSettingPorts,
): Pick<EndpointsOf<'workspace'>, NotificationOperation> {
  return {
    putNotifications: defineEndpoint('putNotifications', {
      async handle({ caller: { workspaceUid }, body: { url, headers = null, on } }) {
        return { body: notificationsView(await putNotifications(ports, workspaceUid, { url, headers, on })) };
      },
    }),

    getNotifications: defineEndpoint('getNotifications', {
      async handle({ caller: { workspaceUid } }) {
        return { body: notificationsView(await findNotifications(ports, workspaceUid)) };
      },
    }),

    deleteNotifications: defineEndpoint('deleteNotifications', {
      async handle({ caller: { workspaceUid } }) {
        return { body: notificationsView(await deleteNotifications(ports, workspaceUid)) };
      },
    }),
  };
}
