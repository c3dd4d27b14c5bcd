import type { InputScript, LaunchBody } from '../launch-body.ts';

/** A schedule as one caller made it and changed it, act after act, and what that caller was told. */
export interface ScheduleTruth {
  readonly workspace: number;
  /** Unlike every other schedule's and launch's. */
  readonly name: string;
  /** Null until a caller was told. */
  uid: string | null;
  readonly acts: Act[];
}

/** What a caller may say of a schedule. */
export interface ScheduleBody extends Pick<LaunchBody, 'callback' | 'parameters'> {
  readonly name?: string;
  readonly inputs?: readonly InputScript[];
  readonly cron?: string | null;
  readonly schedule_at?: string | null;
  readonly timezone?: string;
  readonly overlap?: 'skip' | 'allow' | 'cancel_previous';
  readonly catch_up_seconds?: number;
  readonly jitter_seconds?: number;
}

export const ACTS = ['launch', 'update', 'patch', 'pause', 'resume', 'cancel', 'trigger'] as const;

/** One thing a caller did. Its effect came between `sentAt` and `endedAt` (epoch ms, true clock), if it came. */
export interface Act {
  readonly what: (typeof ACTS)[number];
  readonly body: ScheduleBody;
  /** Its Idempotency-Key; null: it had none. */
  readonly key: string | null;
  readonly sentAt: number;
  readonly endedAt: number;
  /** `done`: a 2xx was told; `refused`: a 4xx; `unknown`: anything else or nothing. */
  readonly outcome: 'done' | 'refused' | 'unknown';
  /** Status and schedule that were told, or the run of a trigger. */
  readonly told: Readonly<Record<string, unknown>> | null;
  readonly status: number | null;
}

/** What a schedule is at a moment, so far as its caller may know. */
export interface ScheduleState {
  readonly status: 'ACTIVE' | 'PAUSED' | 'CANCELLED';
  readonly cron: string | null;
  /** Epoch ms. */
  readonly scheduleAt: number | null;
  readonly timezone: string;
  readonly overlap: 'skip' | 'allow' | 'cancel_previous';
  readonly catchUpSeconds: number;
  readonly jitterSeconds: number;
  /** Keys of its inputs. */
  readonly inputs: string;
}

/** A span in which the states it may be in are the same. */
interface Span {
  readonly from: number;
  readonly states: readonly (ScheduleState | null)[];
}

/** All states a schedule may have been in at some time of a span; null: it may not have been there. */
export function possibleStates({ acts }: ScheduleTruth, from: number, to: number): readonly (ScheduleState | null)[] {
  const spans = spansOf(acts);
  const within = spans.filter((span, at) => span.from <= to && (spans[at + 1]?.from ?? Infinity) >= from);
  return distinct(within.flatMap(({ states }) => states));
}

function spansOf(acts: readonly Act[]): readonly Span[] {
  const spans: Span[] = [{ from: -Infinity, states: [null] }];
  let states: readonly (ScheduleState | null)[] = [null];
  for (const act of acts) {
    const after = distinct(states.flatMap((state) => afterAct(state, act)));
    if (act.outcome === 'refused') {
      // A 409 tells which it was not in; COMPLETED it was made by its last time.
      const isCompleted = JSON.stringify(act.told?.['params'] ?? {}).includes('COMPLETED');
      const left =
        act.status === 409 && !isCompleted ? states.filter((state) => afterAct(state, act).length === 0) : [];
      if (left.length > 0) states = left;
      spans.push({ from: act.endedAt, states });
      continue;
    }
    const either = distinct([...states, ...after]);
    spans.push({ from: act.sentAt, states: either });
    states = act.outcome === 'done' && after.length > 0 ? after : either;
    spans.push({ from: act.endedAt, states });
  }
  return spans;
}

function afterAct(state: ScheduleState | null, { what, body }: Act): readonly (ScheduleState | null)[] {
  if (what === 'launch') return [changedBy(NEW, body)];
  if (state === null || state.status === 'CANCELLED') return [];
  switch (what) {
    case 'update':
    case 'patch':
      return [changedBy(state, body)];
    case 'pause':
      return state.status === 'ACTIVE' ? [{ ...state, status: 'PAUSED' }] : [];
    case 'resume':
      return state.status === 'PAUSED' ? [{ ...state, status: 'ACTIVE' }] : [];
    case 'cancel':
      return [{ ...state, status: 'CANCELLED' }];
    case 'trigger':
      return [state];
  }
}

const NEW: ScheduleState = {
  status: 'ACTIVE',
  cron: null,
  scheduleAt: null,
  timezone: 'UTC',
  overlap: 'skip',
  catchUpSeconds: 3_600,
  jitterSeconds: 0,
  inputs: '',
};

function changedBy(state: ScheduleState, body: ScheduleBody): ScheduleState {
  const { cron, schedule_at: at, inputs } = body;
  return {
    status: state.status,
    cron: cron === undefined ? state.cron : cron,
    scheduleAt: at === undefined ? state.scheduleAt : at === null ? null : Date.parse(at),
    timezone: body.timezone ?? state.timezone,
    overlap: body.overlap ?? state.overlap,
    catchUpSeconds: body.catch_up_seconds ?? state.catchUpSeconds,
    jitterSeconds: body.jitter_seconds ?? state.jitterSeconds,
    inputs: inputs === undefined ? state.inputs : inputs.map(({ key }) => key).join(),
  };
}

function distinct<State>(states: readonly State[]): readonly State[] {
  return [...new Map(states.map((state) => [JSON.stringify(state), state])).values()];
}
