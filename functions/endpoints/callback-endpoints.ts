import * as z from 'zod';
import { attemptView, callbackView } from '../../shared/api/callbacks/view.ts';
import type { Secrets } from '../../shared/engine/ports.ts';
import { findBody } from '../../shared/engine/read/find-body.ts';
import { findAttempts, findCallback } from '../../shared/engine/read/find-callback.ts';
import { findRun } from '../../shared/engine/read/find-run.ts';
import { listNotifications } from '../../shared/engine/read/list-notifications.ts';
import { listCallbacks } from '../../shared/engine/read/list-callbacks.ts';
import { type CallbackRow, listRunCallbacks } from '../../shared/engine/read/list-run-callbacks.ts';
import type { ReadPorts } from '../../shared/engine/read/read-ports.ts';
import type { NotificationReader } from '../../shared/engine/stores/notification-store.ts';
import { createBudget } from '../../shared/engine/read/steps.ts';
import type { EndpointsOf } from '../http/create-api-handler.ts';
import { defineEndpoint } from '../http/endpoint.ts';
import { JSON_TYPE } from '../http/media-type.ts';
import { listPage, type PagingPorts } from './list-page.ts';
import { runPlace } from './run-endpoints.ts';

type CallbackEndpoints = Pick<
  EndpointsOf<'runs'>,
  | 'listNotifications'
  | 'listRunCallbacks'
  | 'listCallbacks'
  | 'getCallback'
  | 'getCallbackBody'
  | 'listCallbackAttempts'
>;

/** The ports of the callbacks' endpoints. */
export type CallbackPorts = ReadPorts &
  PagingPorts & {
    readonly secrets: Pick<Secrets, 'signatureHeaders'>;
    readonly notificationReader: NotificationReader;
  };

/** Maximum of reads in one call; each reads a part of a run's callbacks: records, log or page records. */
const READS_A_CALL = 100;

const placeWithin = z.string();
const placeOfNotification = z.strictObject({ createdAt: z.number(), uid: z.string() });
const placeAcross = z.strictObject({ run: runPlace, within: placeWithin });

/** The callbacks of runs and the notifications of workspaces, and their status. */
export function createCallbackEndpoints(ports: CallbackPorts): CallbackEndpoints {
  return {
    listRunCallbacks: defineEndpoint('listRunCallbacks', {
      find: ({ params, caller }) => findRun(ports, caller.workspaceUid, params.run_uid),
      handle: (call) => {
        const undelivered = call.query.undelivered === true;
        return listPage(ports, call, {
          place: placeWithin,
          steps: (after) =>
            listRunCallbacks(ports, call.found, {
              after: after ?? '',
              wanted: (_, isDelivered) => !undelivered || !isDelivered,
              budget: createBudget(READS_A_CALL),
            }),
          view: viewRow,
        });
      },
    }),

    listCallbacks: defineEndpoint('listCallbacks', {
      handle: (call) =>
        listPage(ports, call, {
          place: placeAcross,
          steps: (after) =>
            listCallbacks(ports, {
              workspaceUid: call.caller.workspaceUid,
              order: call.query.sort === 'created_at' ? 'ascending' : 'descending',
              runUids: call.query.run_uid ?? null,
              statuses: call.query.status ?? null,
              after,
            }),
          view: viewRow,
        }),
    }),

    listNotifications: defineEndpoint('listNotifications', {
      handle: (call) =>
        listPage(ports, call, {
          place: placeOfNotification,
          steps: (after) =>
            listNotifications(ports, {
              workspaceUid: call.caller.workspaceUid,
              order: call.query.sort === 'created_at' ? 'ascending' : 'descending',
              after,
              limit: call.query.limit,
            }),
          view: viewRow,
        }),
    }),

    getCallback: defineEndpoint('getCallback', {
      find: ({ params, caller }) => findCallback(ports, caller.workspaceUid, params.callback_uid),
      handle: async ({ found }) => ({ body: viewRow(found) }),
    }),

    listCallbackAttempts: defineEndpoint('listCallbackAttempts', {
      find: ({ params, caller }) => findAttempts(ports, caller.workspaceUid, params.callback_uid),
      handle: async ({ found }) => ({ body: found.map(attemptView) }),
    }),

    getCallbackBody: defineEndpoint('getCallbackBody', {
      find: ({ params, caller }) => findBody(ports, caller.workspaceUid, params.callback_uid),
      handle: async ({ found: { refUid, text }, caller: { workspaceUid, scopes } }) => ({
        contentType: JSON_TYPE,
        text,
        headers: scopes.includes('manage')
          ? await ports.secrets.signatureHeaders(workspaceUid, refUid, ports.clock.now(), text)
          : {},
      }),
    }),
  };
}

function viewRow({ run, record, batchUid }: CallbackRow): ReturnType<typeof callbackView> {
  return callbackView(record, run?.definition ?? null, batchUid);
}
