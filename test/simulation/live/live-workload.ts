import { SeededRandom } from '../random.ts';
import { VERBS, type Verb } from '../truth.ts';
import { FAIL_KINDS, type InputScript } from '../launch-body.ts';

/** Someone who asks for the pages of a script one after the other, each by a live call. */
export interface LivePlan {
  /** Ms after the start. */
  readonly at: number;
  readonly workspace: number;
  /** Of the action that has a pace. */
  readonly isPaced: boolean;
  readonly script: InputScript;
  /** Each call has a key of its own. */
  readonly isKeyed: boolean;
  /** Refused for the pace it sends another body under the same key. */
  readonly changesMind: boolean;
  /** One for each page it may ask for. */
  readonly calls: readonly CallPlan[];
  /** Verbs on the run it knows of then, ms after its first call. */
  readonly verbs: readonly { readonly after: number; readonly verb: Verb }[];
}

export interface CallPlan {
  /** Seconds it prefers to wait; null: the page runs inline. */
  readonly wait: number | null;
  /** How long after an answer that was lost, or none, it asks again at first, ms. */
  readonly comesBackAfter: number;
  /** When else the same is sent under the same key, ms after the first, and how long that waits. */
  readonly again: readonly { readonly after: number; readonly wait: number | null }[];
  /** When another body is sent under the same key, ms after the first; null: never. */
  readonly otherAfter: number | null;
  /** Before all, a body that the action refuses is sent under the same key. */
  readonly isRefusedFirst: boolean;
  /** The function that answers first is killed after so many ms, where processes die at all; null: it is not. */
  readonly killedAfter: number | null;
}

export interface LiveWorkload {
  readonly plans: readonly LivePlan[];
}

export function drawLive(
  seed: number,
  { stormMs, workspaces }: { readonly stormMs: number; readonly workspaces: number },
): LiveWorkload {
  const random = new SeededRandom(seed, 'live calls');
  const isRush = random.happens(0.6);
  const plans = Array.from({ length: random.pick([1, 2, 3, 5]) }, (_, number): LivePlan => {
    const workspace = random.int(0, workspaces - 1);
    const script = drawScript(random, `w${workspace} walk ${number}`);
    const isKeyed = random.happens(0.65);
    return {
      at: random.int(0, isRush ? 3_000 : Math.round(stormMs / 2)),
      workspace,
      isPaced: random.happens(0.25),
      script,
      isKeyed,
      changesMind: random.happens(0.5),
      calls: Array.from({ length: script.pages + 1 }, () => drawCall(random, isKeyed)),
      verbs: drawVerbs(random, stormMs),
    };
  });
  return { plans };
}

function drawCall(random: SeededRandom, isKeyed: boolean): CallPlan {
  const repeats = isKeyed ? random.pick([0, 0, 1, 2]) : 0;
  return {
    wait: drawWait(random),
    comesBackAfter: Math.round(random.logarithmic(200, 45_000)),
    again: Array.from({ length: repeats }, () => ({
      after: random.happens(0.4) ? 0 : Math.round(random.logarithmic(5, 60_000)),
      wait: drawWait(random),
    })),
    otherAfter: isKeyed && random.happens(0.15) ? Math.round(random.logarithmic(1, 60_000)) : null,
    isRefusedFirst: isKeyed && random.happens(0.15),
    killedAfter: random.happens(0.15) ? Math.round(random.logarithmic(20, 28_000)) : null,
  };
}

function drawWait(random: SeededRandom): number | null {
  return random.happens(0.65) ? random.int(1, 25) : null;
}

/** Soon after the first call, where they meet it waiting, or long after, where they meet the run it was handed over as. */
function drawVerbs(random: SeededRandom, stormMs: number): LivePlan['verbs'] {
  if (random.happens(0.6)) return [];
  const until = random.pick([30_000, 120_000, 2 * stormMs]);
  return Array.from({ length: random.int(1, 4) }, () => ({
    after: Math.round(random.logarithmic(20, until)),
    verb: random.pick(VERBS),
  }));
}

function drawScript(random: SeededRandom, key: string): InputScript {
  const pages = random.pick([1, 1, 2, 3, 5]);
  const page = random.happens(0.6) ? 0 : random.int(0, pages - 1);
  const fails = random.happens(0.5)
    ? { fails: [{ page, kind: random.pick(FAIL_KINDS), times: random.pick([1, 1, 2, 3, 4]) }] }
    : {};
  const isLarge = random.happens(0.03);
  const size = isLarge ? { per_page: 3, padding: random.pick([6_000, 100_000]) } : { per_page: random.int(0, 4) };
  const slow = random.happens(0.4) ? { takes_ms: Math.round(random.logarithmic(100, 40_000)) } : {};
  return { key, pages, ...size, ...slow, ...fails };
}
