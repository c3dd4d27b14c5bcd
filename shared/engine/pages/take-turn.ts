import { EngineError } from '../../domain/errors.ts';
import { forgottenAt, graceMs, takeTurn as decideTurn } from '../../domain/pace.ts';
import type { Action } from '../../sdk/action.ts';
import type { Clock, Ports } from '../ports.ts';
import { maskThrown } from './mask-thrown.ts';
import type { PaceKey } from '../stores/pace-store.ts';

/** A call of an action that asks for its turn in the action's pace. */
export interface TurnAsked {
  readonly action: Action;
  readonly workspaceUid: string;
  /** The input as it is stored. */
  readonly input: Readonly<Record<string, unknown>>;
  /** It comes at a place that was reserved for it. */
  readonly reserved: boolean;
  /** A turn that is due within this time is waited for right here. */
  readonly patienceMs: number;
  /** Whether a place is reserved for it when it has to wait. */
  readonly queues: boolean;
}

/**
 * `now`: the call is counted and must be made at once. `later`: ask again at `until`; `reserved`: `until` is a reserved
 * place.
 */
export type TurnGiven =
  | { readonly kind: 'now' }
  | { readonly kind: 'later'; readonly until: number; readonly reserved: boolean }
  | { readonly kind: 'permanent'; readonly error: EngineError };

/** After this many turns that lapsed before the call, because a write or this worker was slow, the call waits. */
const TURNS_AT_ONCE = 3;
const BREATHER_MS = 1_000;

/**
 * Gives a call its turn. Each call is counted before it starts, also a repeated one, so that no window has more calls
 * than the action's pace allows. Without a pace it costs nothing. Throws UNAVAILABLE where too many ask at once.
 */
export async function takeTurn(
  ports: Pick<Ports, 'clock' | 'paces' | 'actionServices'>,
  wanted: TurnAsked,
): Promise<TurnGiven> {
  const { action, patienceMs, queues } = wanted;
  const { pace } = action;
  if (pace === null) return { kind: 'now' };
  const key = keyOf(ports, wanted);
  if (key.kind !== 'key') return key;
  let { reserved } = wanted;
  for (let turns = 0; turns < TURNS_AT_ONCE; turns += 1) {
    const turn = await ports.paces.take(key.key, (record) => {
      const decided = decideTurn(pace, record, { now: ports.clock.now(), reserved, patienceMs, queues });
      return { ...decided, forgottenAt: forgottenAt(pace, decided.record) };
    });
    if (turn.kind === 'wait') return { kind: 'later', until: Math.ceil(turn.until), reserved: turn.reserved };
    await waitUntil(ports.clock, turn.at);
    if (ports.clock.now() <= turn.at + graceMs(pace)) return { kind: 'now' };
    reserved = true; // its turn has lapsed: it does not go to the end of the line
  }
  return { kind: 'later', until: ports.clock.now() + BREATHER_MS, reserved };
}

type KeyFound = { readonly kind: 'key'; readonly key: PaceKey } | Extract<TurnGiven, { kind: 'now' | 'permanent' }>;

/** The key under which the pace counts the call. An input that the action refuses is never called and needs no turn. */
function keyOf(ports: Pick<Ports, 'actionServices'>, { action, workspaceUid, input }: TurnAsked): KeyFound {
  const parsed = action.parseInput(input);
  if (!parsed.ok) return { kind: 'now' };
  const by = action.pace?.by ?? null;
  if (by === null) return { kind: 'key', key: { workspaceUid, actionName: action.name, part: null } };
  try {
    const part: unknown = by(parsed.value);
    if (typeof part === 'string') return { kind: 'key', key: { workspaceUid, actionName: action.name, part } };
    return noKey(action, `returned ${typeof part}; it must return a string`);
  } catch (thrown) {
    return noKey(
      action,
      'threw an error; the logs have it under error_ref',
      maskThrown(ports.actionServices.forWorkspace(workspaceUid), thrown),
    );
  }
}

function noKey(action: Action, did: string, cause?: Error): KeyFound {
  const error = new EngineError('ACTION_FAILED', `pace.by of ${action.name} ${did}`, {}, { cause });
  return { kind: 'permanent', error };
}

async function waitUntil(clock: Clock, at: number): Promise<void> {
  for (let now = clock.now(); now < at; now = clock.now()) {
    await new Promise<void>((resolve) => void clock.after(at - now, resolve));
  }
}
