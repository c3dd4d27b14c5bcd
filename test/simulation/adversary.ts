import type { Coverage } from './coverage.ts';
import { ALL_FAULT_KINDS, ALL_FURTHER_KINDS, type FaultKind, type FurtherFaultKind } from './fault-kinds.ts';
import { SeededRandom } from './random.ts';

/** Injects faults by a seed: which kinds are on in a history, how often each strikes, and until when. */
export class Adversary {
  readonly #random: SeededRandom;
  readonly #coverage: Coverage;
  readonly #rates = new Map<FaultKind, number>();
  readonly #further: SeededRandom;
  readonly #furtherRates = new Map<FurtherFaultKind, number>();
  #calm = false;

  constructor(seed: number, coverage: Coverage, kinds: readonly FaultKind[] | 'drawn') {
    this.#random = new SeededRandom(seed, 'adversary');
    this.#coverage = coverage;
    this.#further = new SeededRandom(seed, 'further faults');
    const share = this.#random.pick([0, 0.1, 0.3, 0.6]);
    for (const kind of ALL_FAULT_KINDS) {
      const rate = this.#random.logarithmic(...range(kind));
      const on = this.#random.happens(share);
      if (kinds === 'drawn' ? on : kinds.includes(kind)) this.#rates.set(kind, rate);
    }
  }

  /** Turns on some of the further kinds, drawn from the seed. */
  goFurther(): void {
    const share = this.#further.pick([0.2, 0.5, 0.9]);
    for (const kind of ALL_FURTHER_KINDS) {
      const rate = this.#further.logarithmic(0.03, 0.5);
      if (this.#further.happens(share)) this.#furtherRates.set(kind, rate);
    }
  }

  /** Turns a kind on that is to strike, whatever was drawn. */
  turnOn(kind: FaultKind | FurtherFaultKind): void {
    const [further] = ALL_FURTHER_KINDS.filter((one) => one === kind);
    if (further !== undefined) this.#furtherRates.set(further, AIMED_RATE);
    const [drawn] = ALL_FAULT_KINDS.filter((one) => one === kind);
    if (drawn !== undefined) this.#rates.set(drawn, AIMED_RATE);
  }

  /** The kinds that are on. */
  kinds(): readonly FaultKind[] {
    return [...this.#rates.keys()];
  }

  furtherKinds(): readonly FurtherFaultKind[] {
    return [...this.#furtherRates.keys()];
  }

  isOnFurther(kind: FurtherFaultKind): boolean {
    return this.#furtherRates.has(kind);
  }

  /** The same for the further kinds, which draw from another random stream. */
  strikesFurther(kind: FurtherFaultKind): boolean {
    const rate = this.#calm ? undefined : this.#furtherRates.get(kind);
    if (rate === undefined || !this.#further.happens(rate)) return false;
    this.#coverage.hit(`fault:${kind}`);
    return true;
  }

  isOn(kind: FaultKind): boolean {
    return this.#rates.has(kind);
  }

  /** Whether a fault strikes here; counted when it does. */
  strikes(kind: FaultKind): boolean {
    const rate = this.#calm ? undefined : this.#rates.get(kind);
    if (rate === undefined || !this.#random.happens(rate)) return false;
    this.#coverage.hit(`fault:${kind}`);
    return true;
  }

  /** The size of a fault that struck: from `min` to `max`, each order of magnitude equally likely. */
  amount(min: number, max: number): number {
    return Math.round(this.#random.logarithmic(min, max));
  }

  /** How long an undisturbed call takes, ms. */
  latency(): number {
    return this.#random.logarithmic(1, 12);
  }

  int(min: number, max: number): number {
    return this.#random.int(min, max);
  }

  /** From now on no fault strikes. */
  calmDown(): void {
    this.#calm = true;
  }

  get isCalm(): boolean {
    return this.#calm;
  }
}

/** The probability with which a kind strikes that was turned on. */
const AIMED_RATE = 0.2;

/** The range of probabilities with which a kind strikes, if it is on. */
function range(kind: FaultKind): readonly [number, number] {
  if (kind.startsWith('receiver_') || kind === 'reorder') return [0.05, 0.8];
  switch (kind) {
    case 'lost_message':
    case 'crash_before':
    case 'crash_after':
    case 'lambda_timeout':
    case 'frozen_worker':
    case 'slow_call':
      return [0.002, 0.08];
    case 'cold_start':
    case 'sweep_lost':
    case 'sweep_twice':
    case 'clock_skew':
    case 'stale_reads':
      return [0.1, 0.7];
    default:
      return [0.005, 0.2];
  }
}
