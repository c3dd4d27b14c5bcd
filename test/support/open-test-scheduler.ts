import { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { SchedulerDelivery } from '../../infra/local/scheduler/deliver-fire.ts';
import type { SchedulerRequest } from '../../infra/local/scheduler/handle-scheduler-request.ts';
import { openScheduler } from '../../infra/local/scheduler/open-scheduler.ts';
import type { LocalScheduler } from '../../infra/local/scheduler/open-scheduler.ts';

/** A Scheduler on a hand-turned clock, the SDK's own client talking to it in process, and what it has delivered. */
export interface TestScheduler {
  readonly scheduler: LocalScheduler;
  readonly client: SchedulerClient;
  readonly delivered: SchedulerDelivery[];
  /** Errors to throw at the next deliveries, in order; null lets one through. */
  readonly failures: (Error | null)[];
  /** What was given up without reaching a dead-letter queue. */
  readonly lost: unknown[];
  readonly turnTo: (at: string) => Promise<void>;
}

/** Opens one at the given time. */
export function openTestScheduler(at: string, options: { dir?: string; seed?: number } = {}): TestScheduler {
  const clock = { nowMs: Date.parse(at) };
  const delivered: SchedulerDelivery[] = [];
  const failures: (Error | null)[] = [];
  const lost: unknown[] = [];
  const scheduler = openScheduler({
    dir: options.dir ?? null,
    now: () => clock.nowMs,
    // Nothing is awaited here; the port is a promise because a queue stands behind it.
    async deliver(delivery) {
      const failure = delivery.kind === 'target' ? failures.shift() : null;
      if (failure) throw failure;
      delivered.push(delivery);
    },
    onLost: (error) => void lost.push(error),
    ...(options.seed === undefined ? {} : { chaos: { seed: options.seed } }),
  });
  return {
    scheduler,
    client: connect(scheduler),
    delivered,
    failures,
    lost,
    async turnTo(to) {
      clock.nowMs = Date.parse(to);
      await scheduler.tick();
    },
  };
}

/** The least that CreateSchedule and UpdateSchedule take, for an SQS target. */
export function scheduleInput(name: string, expression: string): CreateScheduleCommandInput {
  return {
    Name: name,
    ScheduleExpression: expression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: 'arn:aws:sqs:us-east-1:000000000000:control',
      RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
      Input: '{"at":"<aws.scheduler.scheduled-time>","try":<aws.scheduler.attempt-number>}',
    },
  };
}

/** The SDK's client over a stand-in, without a socket. */
export function connect(scheduler: LocalScheduler): SchedulerClient {
  return new SchedulerClient({
    region: 'us-east-1',
    endpoint: 'http://scheduler.local',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { handle: (request: SdkRequest) => answer(scheduler, request) },
  });
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly body?: unknown;
}

async function answer(scheduler: LocalScheduler, request: SdkRequest): Promise<{ response: object }> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(request.query ?? {})) {
    for (const one of value === null ? [] : [value].flat()) query.append(key, one);
  }
  const { body: raw } = request;
  const body = raw instanceof Uint8Array ? new TextDecoder().decode(raw) : typeof raw === 'string' ? raw : '';
  const sent: SchedulerRequest = { method: request.method, path: request.path, query: query.toString(), body };
  const { status, body: text } = await scheduler.handle(sent);
  const headers = { 'content-type': 'application/json' };
  return { response: { statusCode: status, headers, body: new TextEncoder().encode(text) } };
}
