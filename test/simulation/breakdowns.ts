import type { FunctionName } from '../../shared/functions.ts';

/** How a call of a broken function ends: told as failed, carried out or not, or with the process. */
export type Breakage = 'failed' | 'throttled' | 'applied_but_failed' | 'crash_before' | 'crash_after';

/** For a while, something is broken for good: whoever takes the message up again fails again. */
export interface Breakdown {
  readonly worker: 'control' | 'page' | 'callback' | 'dead-letters';
  /**
   * `call`: calls whose point begins so (empty: all) end in this way. `poison`: a message of this remainder kills who
   * takes it, so many ms after it began or just before its end, and who shares its batch fails with it.
   */
  readonly fault:
    | { readonly kind: 'call'; readonly point: string; readonly how: Breakage }
    | { readonly kind: 'poison'; readonly remainder: number; readonly afterMs: number };
  /** ms after the start. */
  readonly from: number;
  readonly until: number;
}

/** Every so-manieth page or input is one that a poison may be of. */
export const POISONS = 3;

/** The breakdowns of a history, on its clock. */
export class Breakdowns {
  readonly #all: readonly Breakdown[];
  readonly #elapsed: () => number;

  constructor(all: readonly Breakdown[], elapsed: () => number) {
    this.#all = all;
    this.#elapsed = elapsed;
  }

  /** Whether calls that were carried out may have been told as failed, and made again. */
  get repeats(): boolean {
    return this.#all.some(({ fault }) => fault.kind === 'call' && fault.how === 'applied_but_failed');
  }

  /** How a call of that function ends now; null: as always. */
  breakageOf(functionName: FunctionName, point: string): Breakage | null {
    for (const { fault } of this.#now(functionName)) {
      if (fault.kind === 'call' && point.startsWith(fault.point)) return fault.how;
    }
    return null;
  }

  /** After how many ms a message kills who takes it; null: it does not. */
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
