/** What must befall a call at every point where an invocation waits. */
export const POINT_OUTCOMES = ['crash_before', 'crash_after', 'applied_but_failed'] as const;

/** An outcome that a history is to have at a point, whatever else its seed has in store. */
export interface Aim {
  /** The function, and the call it waits for. */
  readonly point: string;
  readonly outcome: (typeof POINT_OUTCOMES)[number];
}

/** An aim in a history: it strikes once, at the first call that comes by and that nothing else befalls. */
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

/** An aim as a command line has it: `crash_after at page PutItem S P`. Throws where it is none. */
export function readAim(text: string): Aim {
  const outcome = POINT_OUTCOMES.find((one) => text.startsWith(`${one} at `));
  if (outcome === undefined) {
    throw new Error(`--aim ${text}: it begins with one of ${POINT_OUTCOMES.join(', ')}, then come "at" and a point`);
  }
  return { outcome, point: text.slice(`${outcome} at `.length) };
}

export function writeAim({ outcome, point }: Aim): string {
  return `${outcome} at ${point}`;
}
