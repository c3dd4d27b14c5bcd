import { EXPIRY_MARGIN_MS, LONGEST_LIFE_DAYS, LONGEST_POSTPONE_DAYS } from './timing.ts';
import { WORKING_STATUSES } from './run-status.ts';
import type { RunControl } from './run.ts';

/*
 * How long a run is kept: until the retention time after its latest possible end, which is its deadline, counted from
 * the moment at which it may work. Waiting does not count for the deadline, so the expiry of a waiting run moves on, in
 * steps, with all its items. So does the expiry of a run that is resumed or retried.
 */

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1_000;

/** The expiry of something that ends at `endsAt` (epoch ms), in epoch seconds. */
export function expiryAfter(endsAt: number, retentionDays: number): number {
  return Math.ceil(endsAt / 1_000) + retentionDays * DAY_S;
}

/** The expiry of a run that starts to work at `startsAt` (epoch ms), in epoch seconds. */
export function expiryOfRun(startsAt: number, deadlineSeconds: number, retentionDays: number): number {
  return expiryAfter(startsAt + deadlineSeconds * 1_000, retentionDays);
}

/** Until when a run may be resumed or retried (epoch ms): later, it would expire before its new deadline. */
export function takenUpUntil(
  control: Pick<RunControl, 'createdAt' | 'startedAt' | 'expiresAt'>,
  deadlineSeconds: number,
): number {
  return Math.min(control.expiresAt * 1_000 - EXPIRY_MARGIN_MS, lifeEndsAt(control) - deadlineSeconds * 1_000);
}

/**
 * What happens to the expiry of an unfinished run. `keeps`: nothing; `moves`: to `to` (epoch seconds); `overdue`: the
 * run waits longer than a run may and has to end.
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
  // It moves only when it would move by over a quarter of the retention time, so that few runs ever need it.
  return to > control.expiresAt + (retentionDays * DAY_S) / 4 ? { kind: 'moves', to } : { kind: 'keeps' };
}

function lifeEndsAt({ createdAt, startedAt }: Pick<RunControl, 'createdAt' | 'startedAt'>): number {
  return (startedAt ?? createdAt + LONGEST_POSTPONE_DAYS * DAY_MS) + LONGEST_LIFE_DAYS * DAY_MS;
}
