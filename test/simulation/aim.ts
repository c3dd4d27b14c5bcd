import { ALL_FAULT_KINDS, ALL_FURTHER_KINDS, type FaultKind, type FurtherFaultKind } from './fault-kinds.ts';

/** The faults that each call of each function must meet in some history. */
export const POINT_OUTCOMES = ['crash_before', 'crash_after', 'applied_but_failed'] as const;

/** What is to strike in a history, besides what its seed gives: a fault at one call, or all faults of a kind. */
export type Aim = PointAim | KindAim;

/** A fault to inject at one call. */
export interface PointAim {
  /** The function and the call, such as `page PutItem S P`. */
  readonly point: string;
  readonly outcome: (typeof POINT_OUTCOMES)[number];
}

/** A kind of fault that is on. */
export interface KindAim {
  readonly fault: FaultKind | FurtherFaultKind;
}

/** The aim at one call. It strikes once: at the first such call at which no other fault strikes. */
export class AimedStrike {
  readonly aim: PointAim;
  #isSpent = false;

  constructor(aim: PointAim) {
    this.aim = aim;
  }

  strikes(point: string, outcome: PointAim['outcome']): boolean {
    if (this.#isSpent || point !== this.aim.point || outcome !== this.aim.outcome) return false;
    this.#isSpent = true;
    return true;
  }
}

/** Reads an aim from the command line: `crash_after at page PutItem S P`, or `fault fire_late`. Throws Error for any other form. */
export function readAim(text: string): Aim {
  const fault = [...ALL_FAULT_KINDS, ...ALL_FURTHER_KINDS].find((kind) => text === `fault ${kind}`);
  if (fault !== undefined) return { fault };
  const outcome = POINT_OUTCOMES.find((one) => text.startsWith(`${one} at `));
  if (outcome === undefined) {
    throw new Error(
      `--aim ${text}: must be one of ${POINT_OUTCOMES.join(', ')}, then "at" and a call, such as "page PutItem S P"; or "fault" and a kind of fault`,
    );
  }
  return { outcome, point: text.slice(`${outcome} at `.length) };
}

export function writeAim(aim: Aim): string {
  return 'fault' in aim ? `fault ${aim.fault}` : `${aim.outcome} at ${aim.point}`;
}

/** What is counted in the coverage when it strikes. */
export function coverageOf(aim: Aim): string {
  return 'fault' in aim ? `fault:${aim.fault}` : `outcome:${aim.point}:${aim.outcome}`;
}
