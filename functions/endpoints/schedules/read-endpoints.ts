import * as z from 'zod';
import { fireView, inputAsGiven } from '../../../shared/api/schedules/view.ts';
import type { Clock } from '../../../shared/engine/ports.ts';
import { findSchedule } from '../../../shared/engine/read/find-schedule.ts';
import { listFires, listScheduleInputs } from '../../../shared/engine/read/list-fires.ts';
import { listSchedules } from '../../../shared/engine/read/list-schedules.ts';
import type { Step } from '../../../shared/engine/read/steps.ts';
import type { ScheduleStore } from '../../../shared/engine/schedules/schedule-ports.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { defineEndpoint } from '../../http/endpoint.ts';
import { listPage, type PagingPorts } from '../list-page.ts';
import { showSchedule } from './schedule-replies.ts';

type ReadEndpoints = Pick<
  EndpointsOf<'schedules'>,
  'listSchedules' | 'getSchedule' | 'listScheduleInputs' | 'listFires'
>;
type ReadPorts = PagingPorts & { readonly clock: Clock; readonly schedules: ScheduleStore };

const schedulePlace = z.strictObject({ createdAt: z.int().min(0), uid: z.uuid() });

/** Reads schedules, their inputs and their fires. */
export function createScheduleReadEndpoints(ports: ReadPorts): ReadEndpoints {
  return {
    listSchedules: defineEndpoint('listSchedules', {
      handle: (call) => {
        const { query, caller } = call;
        return listPage(ports, call, {
          place: schedulePlace,
          steps: (after) =>
            shown(
              ports,
              listSchedules(ports, {
                workspaceUid: caller.workspaceUid,
                filter: {
                  statuses: query.status ?? null,
                  actionNames: query.action_name ?? null,
                  uids: query.uid ?? null,
                  names: query.name ?? null,
                  tags: query.tag ?? null,
                },
                order: query.sort === 'created_at' ? 'ascending' : 'descending',
                after,
                limit: query.limit,
              }),
            ),
          view: (row) => row,
        });
      },
    }),

    getSchedule: defineEndpoint('getSchedule', {
      find: ({ params, caller }) => findSchedule(ports, caller.workspaceUid, params.scheduled_run_uid),
      handle: async ({ found }) => ({ body: await showSchedule(ports, found) }),
    }),

    listScheduleInputs: defineEndpoint('listScheduleInputs', {
      find: ({ params, caller }) => findSchedule(ports, caller.workspaceUid, params.scheduled_run_uid),
      handle: (call) =>
        listPage(ports, call, {
          place: z.int().min(0),
          steps: (after) => listScheduleInputs(ports, call.found, { from: after ?? 0, limit: call.query.limit }),
          view: inputAsGiven,
        }),
    }),

    listFires: defineEndpoint('listFires', {
      find: ({ params, caller }) => findSchedule(ports, caller.workspaceUid, params.scheduled_run_uid),
      handle: (call) =>
        listPage(ports, call, {
          place: z.string().min(1),
          steps: (after) => listFires(ports, call.found, { after, limit: call.query.limit }),
          view: fireView,
        }),
    }),
  };
}

type Shown = Awaited<ReturnType<typeof showSchedule>>;

/** The schedules of a list in the form of the answer. Read one by one, so that none beyond the page is read. */
async function* shown<Place>(
  ports: ReadPorts,
  steps: AsyncIterable<Step<Parameters<typeof showSchedule>[1], Place>>,
): AsyncGenerator<Step<Shown, Place>> {
  for await (const { row, after } of steps) yield { row: row === null ? null : await showSchedule(ports, row), after };
}
