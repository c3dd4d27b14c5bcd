import type { Fire, ListFiresQuery, PauseScheduleBody, Run, Schedule, UpdateScheduleBody } from './api-types.ts';
import type { List } from './pages.ts';
import { createRunHandle, keyOf, readList, type RunHandle } from './runs.ts';
import type { CallOptions, KeyedOptions, Sender } from './send.ts';

/** A schedule, by which it is read and changed. */
export interface ScheduleHandle<Result = unknown> {
  readonly uid: string;
  /** As it was when it was last read. */
  readonly state: Schedule;
  refresh(options?: CallOptions): Promise<Schedule>;
  /** The times that have come, and what became of each. */
  fires(query?: ListFiresQuery, options?: CallOptions): List<Fire>;
  /** Its inputs, in their order. */
  inputs(options?: CallOptions): List<Readonly<Record<string, unknown>>>;
  pause(body?: PauseScheduleBody, options?: CallOptions): Promise<Schedule>;
  resume(options?: CallOptions): Promise<Schedule>;
  /** Changes the given fields; null sets one back to its default. */
  update(body: UpdateScheduleBody, options?: CallOptions): Promise<Schedule>;
  /** Starts a run now, besides its times. */
  trigger(options?: KeyedOptions): Promise<RunHandle<Result>>;
  /** Cancels it for good. */
  cancel(options?: CallOptions): Promise<Schedule>;
}

export function createScheduleHandle<Result>(sender: Sender, first: Schedule): ScheduleHandle<Result> {
  const path = `/v1/schedules/${first.uid}`;
  let state = first;

  async function change(verb: string, body: object | undefined, signal: AbortSignal | undefined): Promise<Schedule> {
    const call = { method: 'POST', path: `${path}/${verb}`, body, isSafe: true, signal } as const;
    state = (await sender.read<Schedule>(call)).body;
    return state;
  }

  return {
    uid: first.uid,
    get state() {
      return state;
    },
    async refresh({ signal } = {}) {
      state = (await sender.read<Schedule>({ method: 'GET', path, signal })).body;
      return state;
    },
    fires: (query = {}, { signal } = {}) => readList(sender, `${path}/fires`, query, signal),
    inputs: ({ signal } = {}) => readList(sender, `${path}/inputs`, {}, signal),
    pause: (body, { signal } = {}) => change('pause', body, signal),
    resume: ({ signal } = {}) => change('resume', undefined, signal),
    update: (body, { signal } = {}) => change('update', body, signal),
    cancel: ({ signal } = {}) => change('cancel', undefined, signal),
    async trigger({ signal, idempotencyKey } = {}) {
      const call = { method: 'POST', path: `${path}/trigger`, key: keyOf(idempotencyKey), signal } as const;
      return createRunHandle<Result>(sender, (await sender.read<Run>(call)).body);
    },
  };
}
