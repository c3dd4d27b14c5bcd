import type { SeededRandom } from './random.ts';

/** How the store fares: as always, away, or answering one call in ten. */
export type StorePhase = 'well' | 'away' | 'tenth';

/** An outage of the store, and all calls it was asked for, by the phase they fell in. */
export class Outage {
  readonly calls: Record<StorePhase, number> = { well: 0, away: 0, tenth: 0 };
  readonly #now: () => number;
  readonly #random: SeededRandom;
  readonly #awayFrom: number;
  readonly #tenthFrom: number;
  readonly #wellFrom: number;
  readonly #strikes: boolean;

  /** Away from `at` (epoch ms) on. `strikes: false`: it is counted as if, and everything is answered. */
  constructor(
    now: () => number,
    random: SeededRandom,
    span: { readonly at: number; readonly awayMs: number; readonly tenthMs: number; readonly strikes: boolean },
  ) {
    this.#now = now;
    this.#random = random;
    this.#awayFrom = span.at;
    this.#tenthFrom = span.at + span.awayMs;
    this.#wellFrom = this.#tenthFrom + span.tenthMs;
    this.#strikes = span.strikes;
  }

  /** Counts a call and says whether it is refused; `point` begins with its operation. */
  refuses(point: string): boolean {
    if (!STORE_CALL.test(point)) return false;
    const phase = this.#phase();
    this.calls[phase] += 1;
    if (!this.#strikes || phase === 'well') return false;
    return phase === 'away' || !this.#random.happens(0.1);
  }

  #phase(): StorePhase {
    const now = this.#now();
    if (now < this.#awayFrom || now >= this.#wellFrom) return 'well';
    return now < this.#tenthFrom ? 'away' : 'tenth';
  }
}

const STORE_CALL = /^(GetItem|PutItem|UpdateItem|DeleteItem|Query|Batch(Get|Write)Item|Transact(Get|Write)Items)\b/;

/**
 * What keeps an SDK client's retries in bounds: each costs 5 of at most 500 tokens, which come back when it helps; a call
 * that needs none gives one (the standard retry mode of the SDKs, AWS SDKs and Tools Reference Guide, "Retry behavior").
 */
export class RetryQuota {
  #tokens = 500;

  /** Whether the call that failed may be made again. */
  take(): boolean {
    if (this.#tokens < 5) return false;
    this.#tokens -= 5;
    return true;
  }

  give(attempt: number): void {
    this.#tokens = Math.min(500, this.#tokens + (attempt > 1 ? 5 : 1));
  }
}
