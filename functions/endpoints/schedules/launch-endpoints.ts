import { termsOfBody } from '../../../shared/api/launches/terms.ts';
import type { ScheduleLaunch } from '../../../shared/engine/schedules/put-schedule.ts';
import { DRY_RUN, dryRunView } from '../../../shared/api/launches/dry-run.ts';
import { launchedScheduleView, previewView } from '../../../shared/api/schedules/view.ts';
import { CronError } from '../../../shared/domain/cron/cron-error.ts';
import { parseCron } from '../../../shared/domain/cron/parse-cron.ts';
import { previewFires } from '../../../shared/domain/cron/preview-fires.ts';
import { timeZoneFault } from '../../../shared/domain/cron/time-zone.ts';
import { EngineError } from '../../../shared/domain/errors.ts';
import { hashedUuid } from '../../../shared/domain/ids.ts';
import type { OncePorts } from '../../../shared/engine/once-by-key.ts';
import { putSchedule } from '../../../shared/engine/schedules/put-schedule.ts';
import type { SchedulePorts } from '../../../shared/engine/schedules/schedule-ports.ts';
import type { DryRunPorts } from '../../../shared/engine/launch/dry-run-launch.ts';
import { dryRunSchedule } from '../../../shared/engine/schedules/dry-run-schedule.ts';
import { findAction } from '../../../shared/engine/launch/check-launch.ts';
import type { EndpointsOf } from '../../http/create-api-handler.ts';
import { type Call, defineEndpoint } from '../../http/endpoint.ts';
import { answerOnce, checkIdempotencyKey } from '../../http/once-by-key.ts';
import { showSchedule } from './schedule-replies.ts';

/** Creates schedules, and previews when one would fire. */
export function createScheduleLaunchEndpoints(
  ports: SchedulePorts & DryRunPorts,
  once: OncePorts,
): Pick<EndpointsOf<'schedules'>, 'runSchedule' | 'previewSchedule'> {
  return {
    runSchedule: defineEndpoint('runSchedule', {
      find: async ({ params }) => findAction(ports, params.action, 'schedule'),
      async handle(call) {
        const launch = { ...launchOf(call.body), workspaceUid: call.caller.workspaceUid, actionName: call.found.name };
        if (call.query.dry_run === true) {
          checkIdempotencyKey(call);
          return { status: DRY_RUN.status, body: dryRunView(await dryRunSchedule(ports, launch)) };
        }
        return answerOnce(once, call, {
          keepsAnswer: true,
          async recall(seed) {
            const schedule = await ports.schedules.readSchedule(idsOf(seed).uid);
            return schedule === null ? null : { body: launchedScheduleView(await showSchedule(ports, schedule)) };
          },
          async run(claim) {
            const newIds = async () => idsOf((await claim()).seed);
            const { schedule, definition } = await putSchedule(ports, launch, newIds);
            return { body: launchedScheduleView(await showSchedule(ports, schedule, definition)) };
          },
        });
      },
    }),

    previewSchedule: defineEndpoint('previewSchedule', {
      handle: async ({ body: { cron, timezone, from, count } }) => {
        const fault = timeZoneFault(timezone);
        if (fault !== null) throw badField('timezone', fault);
        const fromMs = from === undefined ? ports.clock.now() : Date.parse(from);
        return { body: previewView(previewFires(parse(cron), timezone, fromMs, count)) };
      },
    }),
  };
}

function idsOf(seed: Uint8Array): { readonly uid: string; readonly ref: string } {
  const text = Buffer.from(seed).toString('hex');
  return { uid: hashedUuid(`schedule ${text}`), ref: hashedUuid(`definition ${text}`) };
}

function launchOf(body: Call<'runSchedule', unknown>['body']): Omit<ScheduleLaunch, 'workspaceUid' | 'actionName'> {
  const { callback } = body;
  return {
    inputs: body.inputs,
    parameters: body.parameters ?? {},
    callback: callback === undefined ? null : { url: callback.url, headers: callback.headers ?? {}, on: callback.on },
    name: body.name ?? null,
    ...termsOfBody(body),
    cron: body.cron ?? null,
    scheduleAt: body.schedule_at === undefined ? null : Date.parse(body.schedule_at),
    timezone: body.timezone,
    overlap: body.overlap,
    catchUpSeconds: body.catch_up_seconds,
    jitterSeconds: body.jitter_seconds,
  };
}

function parse(cron: string): ReturnType<typeof parseCron> {
  try {
    return parseCron(cron);
  } catch (error) {
    if (error instanceof CronError) throw badField('cron', error.message);
    throw error;
  }
}

function badField(path: string, message: string): EngineError {
  return new EngineError('BAD_INPUT', `body: ${path}: ${message}`, { validationErrors: [{ path, message }] });
}
