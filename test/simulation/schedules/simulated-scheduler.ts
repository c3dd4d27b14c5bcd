import { type GetScheduleCommand, SchedulerClient, type SchedulerClientConfig } from '@aws-sdk/client-scheduler';
import { deliverFire, type SchedulerDelivery } from '../../../infra/local/scheduler/deliver-fire.ts';
import { handleSchedulerRequest } from '../../../infra/local/scheduler/handle-scheduler-request.ts';
import { ensureDefaultGroup } from '../../../infra/local/scheduler/schedule-groups.ts';
import type { ScheduleRecord } from '../../../infra/local/scheduler/schedule-record.ts';
import type { SchedulerContext } from '../../../infra/local/scheduler/scheduler-context.ts';
import { SchedulerState } from '../../../infra/local/scheduler/scheduler-state.ts';
import { removeCompleted, takeDue } from '../../../infra/local/scheduler/take-due.ts';
import { CLIENT_SETTINGS, stripped } from '../aws-clients.ts';
import type { CallFault, Instance, Stage } from '../instance.ts';
import type { Queues } from '../queues.ts';
import { SeededRandom } from '../random.ts';
import { readBy, sentBy } from '../rollout.ts';

const PRECISION_MS = 60_000; // EventBridge Scheduler user guide: an invocation comes within a minute
const TWICE_MS = 300_000;

/** EventBridge Scheduler on the clock of a history: this project's stand-in, less kind about bringing fires. */
export class SimulatedScheduler {
  readonly #stage: Stage;
  readonly #queues: Queues;
  readonly #ids: SeededRandom;
  readonly #context: SchedulerContext;
  #wakesAt = Infinity;

  constructor(stage: Stage, queues: Queues) {
    this.#stage = stage;
    this.#queues = queues;
    this.#ids = new SeededRandom(stage.seed, 'dead letters of EventBridge');
    const now = (): number => Math.floor(stage.timeline.now());
    this.#context = { state: new SchedulerState(null), now, arnPrefix: 'arn:aws:scheduler:eu-central-1:1' };
    ensureDefaultGroup(this.#context);
  }

  /** The SDK's own client; every call is a call of the instance. */
  clientOf(instance: Instance): SchedulerClient {
    const handle = async ({ method, path, query, body }: RestRequest): Promise<object> => {
      const { status, body: text } = await instance.call(
        `${OPERATIONS[method] ?? method} entry`,
        async () => {
          const text = withInput(textOf(body), (input) => sentBy(instance.version, input));
          const request = { method, path, query: queryOf(query), body: text };
          const answer = handleSchedulerRequest(this.#context, request);
          this.#stage.trace.add(`${instance.name} ${method} ${path}: ${answer.status}`);
          this.#wakeInTime();
          return answer;
        },
        refuse,
      );
      const headers = { 'content-type': 'application/json' };
      return {
        response: {
          statusCode: status,
          headers,
          body: Buffer.from(withInput(text, (input) => readBy(instance.version, input))),
        },
      };
    };
    // cast: the SDK asks for no more of a request handler
    const requestHandler = { handle } as unknown as NonNullable<SchedulerClientConfig['requestHandler']>;
    let client: SchedulerClient | null = null;
    const open = () =>
      stripped(new SchedulerClient({ ...CLIENT_SETTINGS, endpoint: 'http://scheduler', requestHandler }));
    const send = (command: GetScheduleCommand): Promise<unknown> => (client ??= open()).send(command);
    return { send } as unknown as SchedulerClient; // cast: nothing else of it is used; most instances never use it
  }

  /** What stands in it. */
  entries(): readonly ScheduleRecord[] {
    return [...this.#context.state.schedules.values()];
  }

  #wakeInTime(): void {
    const { timeline } = this.#stage;
    const next = Math.min(...this.entries().map(({ nextAtMs }) => nextAtMs ?? Infinity));
    if (next >= this.#wakesAt) return;
    this.#wakesAt = next;
    timeline.after(next - timeline.now(), () => {
      if (this.#wakesAt === next) void this.#tick();
    });
  }

  async #tick(): Promise<void> {
    takeDue(this.#context, null);
    const due = Array.from(this.#context.state.fires.values());
    for (const fire of due) {
      await deliverFire(this.#context, fire, async (delivery) => this.#bring(delivery));
    }
    removeCompleted(this.#context);
    this.#wakesAt = Infinity;
    this.#wakeInTime();
  }

  #bring({ kind, input, attributes }: SchedulerDelivery): void {
    const { adversary, timeline, trace } = this.#stage;
    if (kind === 'dead-letter') {
      trace.add(`scheduler gives up on ${input}`);
      return this.#queues.endDeadLetter({
        id: this.#ids.uuid(),
        body: input,
        attributes,
        sentAt: timeline.now(),
        from: 'scheduler',
      });
    }
    if (adversary.strikesFurther('fire_undelivered')) throw new Undelivered('AccessDenied');
    if (adversary.strikesFurther('fire_lost')) return trace.add(`scheduler loses ${input}`);
    const send = (ms: number): void => void timeline.after(ms, () => this.#queues.control.send('scheduler', input, 0));
    send(adversary.strikesFurther('fire_late') ? adversary.amount(500, PRECISION_MS) : adversary.latency());
    if (adversary.strikesFurther('fire_twice')) send(adversary.amount(10, TWICE_MS));
  }
}

/** The queue refused a fire, for good. */
class Undelivered extends Error {
  readonly retryable = false;
}

/** A body in which the message that an entry sends is changed. */
function withInput(text: string, change: (input: string) => string): string {
  if (!text.includes('"Input"')) return text;
  const body = JSON.parse(text) as { readonly Target: { readonly Input: string } }; // cast: an entry, as the SDK writes it
  return JSON.stringify({ ...body, Target: { ...body.Target, Input: change(body.Target.Input) } });
}

const OPERATIONS: Readonly<Record<string, string>> = {
  POST: 'CreateSchedule',
  PUT: 'UpdateSchedule',
  GET: 'GetSchedule',
  DELETE: 'DeleteSchedule',
};

interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly body?: string | Uint8Array;
}

interface RestAnswer {
  readonly status: number;
  readonly body: string;
}

function refuse(fault: CallFault): RestAnswer | Error {
  const said = (status: number, type: string): RestAnswer => ({
    status,
    body: JSON.stringify({ __type: type, Message: 'simulated' }),
  });
  if (fault === 'throttled') return said(429, 'ThrottlingException');
  if (fault === 'failed') return said(500, 'InternalServerException');
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
}

function queryOf(query: RestRequest['query']): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    for (const one of value === null ? [] : [value].flat()) params.append(key, one);
  }
  return params.toString();
}

function textOf(body: RestRequest['body']): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
