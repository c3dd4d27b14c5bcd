import type { FunctionName } from '../../shared/functions.ts';

/** How a call of a broken function ends: reported as failed (carried out or not), or with the death of the process. */
export type Breakage = 'failed' | 'throttled' | 'applied_but_failed' | 'crash_before' | 'crash_after';

/** Something is broken for a while, so that a message that is received again fails again. */
export interface Breakdown {
  readonly worker: 'control' | 'intake' | 'page' | 'callback' | 'dead-letters';
  /**
   * `call`: calls whose name begins with `point` (empty: all) end like this. `poison`: a message of this remainder
   * kills the process that received it, `afterMs` later or just before its end; the other messages of its batch fail
   * too.
   */
  readonly fault:
    | { readonly kind: 'call'; readonly point: string; readonly how: Breakage }
    | { readonly kind: 'poison'; readonly remainder: number; readonly afterMs: number };
  /** ms after the start. */
  readonly from: number;
  readonly until: number;
}

/** One page or input in this number can be hit by a poison. */
export const POISONS = 3;

/** The breakdowns of a history, on its clock. */
export class Breakdowns {
  readonly #all: readonly Breakdown[];
  readonly #elapsed: () => number;

  constructor(all: readonly Breakdown[], elapsed: () => number) {
    this.#all = all;
    this.#elapsed = elapsed;
  }

  /** Whether calls that were carried out may be reported as failed, and so are repeated. */
  get repeats(): boolean {
    return this.#all.some(({ fault }) => fault.kind === 'call' && fault.how === 'applied_but_failed');
  }

  /** How a call of that function ends now; null: normally. */
  breakageOf(functionName: FunctionName, point: string): Breakage | null {
    for (const { fault } of this.#now(functionName)) {
      if (fault.kind === 'call' && point.startsWith(fault.point)) return fault.how;
    }
    return null;
  }

  /** After how many ms a message kills the process that received it; null: it does not. */
  poisonOf(functionName: FunctionName, body: string): number | null {
    for (const { fault } of this.#now(functionName)) {
      if (fault.kind === 'poison' && remainderOf(body) === fault.remainder) return fault.afterMs;
    }
    return null;
  }

  #now(functionName: FunctionName): readonly Breakdown[] {
    const at = this.#elapsed();
    return this.#all.filter(({ worker, from, until }) => worker === functionName && at >= from && at < until);
  }
}

/** The same for all messages about one page, run, callback or schedule. */
function remainderOf(body: string): number {
  const { run = '', uid = '', s = '', i = 0, p = 0 } = JSON.parse(body) as Partial<Record<string, string | number>>; // cast: a message of ours
  const letters = Array.from(`${run}${uid}${s}`, (letter) => letter.charCodeAt(0));
  return (letters.reduce((sum, code) => sum + code, 0) + Number(i) + Number(p)) % POISONS;
}
