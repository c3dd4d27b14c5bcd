import { EXPIRY_MARGIN_MS, LONGEST_LIFE_DAYS, LONGEST_POSTPONE_DAYS } from './timing.ts';
import { type RunControl, WORKING_STATUSES } from './run.ts';

/*
 * How long a run is kept. Its end is looked for from the moment at which it may work: by its deadline it is over, and from
 * then on it is kept for the retention. Time for which it waits is not of its deadline, so the expiry of a run that waits
 * moves on, in steps, with all its items; so does that of one that is taken up again.
 */

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1_000;

/** Epoch seconds until which something is kept that is over at `endsAt` (epoch ms). */
export function expiryAfter(endsAt: number, retentionDays: number): number {
  return Math.ceil(endsAt / 1_000) + retentionDays * DAY_S;
}

/** Epoch seconds until which a run is kept that works from `startsAt` (epoch ms) at the latest. */
export function expiryOfRun(startsAt: number, deadlineSeconds: number, retentionDays: number): number {
  return expiryAfter(startsAt + deadlineSeconds * 1_000, retentionDays);
}

/** Until when the run may be taken up again (epoch ms): afterwards it would be gone before it must be over. */
export function takenUpUntil(
  control: Pick<RunControl, 'createdAt' | 'startedAt' | 'expiresAt'>,
  deadlineSeconds: number,
): number {
  return Math.min(control.expiresAt * 1_000 - EXPIRY_MARGIN_MS, lifeEndsAt(control) - deadlineSeconds * 1_000);
}

/**
 * What becomes of the expiry of an unfinished run: `keeps`; `moves`, to epoch seconds; `overdue`: it waits for longer than a
 * run may and has to end.
 */
export function expiryStep(
  control: RunControl,
  { deadlineSeconds, retentionDays, now }: { deadlineSeconds: number; retentionDays: number; now: number },
): { readonly kind: 'keeps' | 'overdue' } | { readonly kind: 'moves'; readonly to: number } {
  const left = control.deadlineLeftMs ?? deadlineSeconds * 1_000;
  const isWorking = WORKING_STATUSES.includes(control.status);
  const endsBy = (isWorking ? control.deadlineAt : null) ?? Math.max(now, control.postponedUntil ?? now) + left;
  if (!isWorking && endsBy > lifeEndsAt(control)) return { kind: 'overdue' };
  const to = expiryAfter(endsBy, retentionDays);
  // A quarter of the retention may pass before it moves: then few runs ever need it.
  return to > control.expiresAt + (retentionDays * DAY_S) / 4 ? { kind: 'moves', to } : { kind: 'keeps' };
}

function lifeEndsAt({ createdAt, startedAt }: Pick<RunControl, 'createdAt' | 'startedAt'>): number {
  return (startedAt ?? createdAt + LONGEST_POSTPONE_DAYS * DAY_MS) + LONGEST_LIFE_DAYS * DAY_MS;
}
