import { FUNCTIONS } from '../shared/functions.ts';
import type { StageSettings } from './settings.ts';

/** The sweep, of which one is at work at a time. */
const SWEEPS = 1;
/** What Lambda keeps for functions that reserve nothing (PutFunctionConcurrency). */
const KEPT_UNRESERVED = 100;
/** Of calls of the API: the least that must be possible while all else is at work. */
const CALLS_AT_LEAST = 1;

/** How many invocations a stage may have at once. */
export interface Concurrency {
  /** Workers, by the function; `workerConcurrency` of the stage. */
  readonly workers: Readonly<Record<string, number>>;
  /** All workers and the sweep. */
  readonly atWork: number;
  /** Beside those: readers of dead letters, which work only when something has failed eight times. */
  readonly deadLetters: number;
  /** Kept for calls of the API; `reservedConcurrency` of the stage. */
  readonly reserved: number;
  /** The least that the account must allow at once for the stage to work, or even to be deployed. */
  readonly least: number;
}

export function concurrencyOf({ workerConcurrency, reservedConcurrency }: StageSettings): Concurrency {
  const sum = (numbers: readonly (number | undefined)[]): number =>
    numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
  const atWork = sum(Object.values(workerConcurrency)) + SWEEPS;
  const reserved = sum(Object.values(reservedConcurrency ?? {}));
  return {
    workers: workerConcurrency,
    atWork,
    deadLetters: FUNCTIONS['dead-letters'].queue.atOnce,
    reserved,
    least: reserved === 0 ? atWork + CALLS_AT_LEAST : reserved + Math.max(atWork, KEPT_UNRESERVED),
  };
}
