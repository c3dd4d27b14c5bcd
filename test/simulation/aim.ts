/** The faults that each call of each function must meet in some history. */
export const POINT_OUTCOMES = ['crash_before', 'crash_after', 'applied_but_failed'] as const;

/** A fault to inject at one call of a history, besides those that its seed gives. */
export interface Aim {
  /** The function and the call, such as `page PutItem S P`. */
  readonly point: string;
  readonly outcome: (typeof POINT_OUTCOMES)[number];
}

/** The aim of a history. It strikes once: at the first such call at which no other fault strikes. */
export class AimedStrike {
  readonly aim: Aim;
  #isSpent = false;

  constructor(aim: Aim) {
    this.aim = aim;
  }

  strikes(point: string, outcome: Aim['outcome']): boolean {
    if (this.#isSpent || point !== this.aim.point || outcome !== this.aim.outcome) return false;
    this.#isSpent = true;
    return true;
  }
}

/** Reads an aim from the command line: `crash_after at page PutItem S P`. Throws Error for any other form. */
export function readAim(text: string): Aim {
  const outcome = POINT_OUTCOMES.find((one) => text.startsWith(`${one} at `));
  if (outcome === undefined) {
    throw new Error(
      `--aim ${text}: must be one of ${POINT_OUTCOMES.join(', ')}, then "at" and a call, such as "page PutItem S P"`,
    );
  }
  return { outcome, point: text.slice(`${outcome} at `.length) };
}

export function writeAim({ outcome, point }: Aim): string {
  return `${outcome} at ${point}`;
}
