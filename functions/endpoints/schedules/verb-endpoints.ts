import { termsOfChange } from '../../../shared/api/launches/terms.ts';
import { runView } from '../../../shared/api/runs/view.ts';
import type { Schedule } from '../../../shared/domain/schedule.ts';
import { cancelSchedule, pauseSchedule, resumeSchedule } from '../../../shared/engine/schedules/manage-schedule.ts';
import { runUidOf } from '../../../shared/domain/ids.ts';
import type { OncePorts } from '../../../shared/engine/once-by-key.ts';
import type { StoredSchedule } from '../../../shared/engine/schedules/put-schedule.ts';
import { findSchedule } from '../../../shared/engine/read/find-schedule.ts';
import type { SchedulePorts } from '../../../shared/engine/schedules/schedule-ports.ts';
import { findLaunched } from '../../../shared/engine/launch/start-run.ts';
import { triggerSchedule } from '../../../shared/engine/schedules/trigger-schedule.ts';
import { type ScheduleChange, updateSchedule } from '../../../shared/engine/schedules/update-schedule.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { type Addressed, type Call, defineEndpoint, type Reply } from '../../http/endpoint.ts';
import { answerOnce } from '../../http/once-by-key.ts';
import { showSchedule } from './schedule-replies.ts';

type Verb =
  | 'updateSchedule'
  | 'patchSchedule'
  | 'pauseSchedule'
  | 'resumeSchedule'
  | 'triggerSchedule'
  | 'cancelSchedule'
  | 'deleteSchedule'
  | 'removeSchedule';

/** Changes schedules; each answers with the schedule as it is after that, trigger with the new run. */
export function createScheduleVerbEndpoints(
  ports: SchedulePorts,
  once: OncePorts,
): Pick<EndpointsOf<'schedules'>, Verb> {
  const find = ({ params, caller }: Addressed<Verb>): Promise<Schedule> =>
    findSchedule(ports, caller.workspaceUid, params.scheduled_run_uid);
  const answer = async ({ schedule, definition }: StoredSchedule): Promise<Reply<Shown>> => ({
    body: await showSchedule(ports, schedule, definition),
  });
  const update = async ({ found, body }: Pick<Call<'updateSchedule', Schedule>, 'found' | 'body'>) =>
    answer(await updateSchedule(ports, found.uid, changeOf(body)));
  const cancel = async ({ found }: { readonly found: Schedule }) => answer(await cancelSchedule(ports, found.uid));
  return {
    updateSchedule: defineEndpoint('updateSchedule', { find, handle: update }),
    patchSchedule: defineEndpoint('patchSchedule', { find, handle: update }),
    pauseSchedule: defineEndpoint('pauseSchedule', {
      find,
      handle: async ({ found, body }) => answer(await pauseSchedule(ports, found.uid, body.note ?? null)),
    }),
    resumeSchedule: defineEndpoint('resumeSchedule', {
      find,
      handle: async ({ found }) => answer(await resumeSchedule(ports, found.uid)),
    }),
    triggerSchedule: defineEndpoint('triggerSchedule', {
      find,
      handle: (call) =>
        answerOnce(once, call, {
          keepsAnswer: true,
          runOf: runUidOf,
          async recall(seed) {
            const launched = await findLaunched(ports, runUidOf(seed));
            if (launched === null) return null;
            const { control, definition } = launched;
            return { body: runView(definition, control, { totals: control.totals, open: 0, stalled: null }) };
          },
          async run(claim) {
            const now = ports.clock.now();
            const { control, definition } = await triggerSchedule(ports, call.found.uid, async () => {
              const { seed, before } = await claim(now);
              return { runUid: runUidOf(seed), at: before ?? now };
            });
            return { body: runView(definition, control, { totals: control.totals, open: 0, stalled: null }) };
          },
        }),
    }),
    cancelSchedule: defineEndpoint('cancelSchedule', { find, handle: cancel }),
    deleteSchedule: defineEndpoint('deleteSchedule', { find, handle: cancel }),
    removeSchedule: defineEndpoint('removeSchedule', { find, handle: cancel }),
  };
}

type Shown = Awaited<ReturnType<typeof showSchedule>>;

function changeOf(body: Call<'updateSchedule', unknown>['body']): ScheduleChange {
  const { callback, schedule_at: at } = body;
  return {
    inputs: body.inputs,
    parameters: body.parameters,
    callback: callback && { url: callback.url, headers: callback.headers ?? {}, on: callback.on },
    name: body.name,
    ...termsOfChange(body),
    cron: body.cron,
    scheduleAt: typeof at === 'string' ? Date.parse(at) : at,
    timezone: body.timezone,
    overlap: body.overlap,
    catchUpSeconds: body.catch_up_seconds,
    jitterSeconds: body.jitter_seconds,
  };
}
