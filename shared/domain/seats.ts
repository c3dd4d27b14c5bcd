import { SEAT_WAITING_MS } from './timing.ts';

/**
 * Work that takes long holds a whole worker, for an invocation lasts as long as its slowest message. So it needs a seat,
 * of which there are fewer than workers: whatever one workspace waits for, others find a worker.
 */
export interface Seats {
  /** Workers that are held, each by the work of one workspace. */
  readonly taken: readonly Seat[];
  /** Workspaces that were refused a seat of late. */
  readonly waiting: readonly { readonly workspaceUid: string; readonly until: number }[];
}

export interface Seat {
  /** Names the worker that is held. */
  readonly worker: string;
  readonly workspaceUid: string;
  /** Free again at the latest then, should the worker have died (epoch ms). */
  readonly until: number;
}

/** Nobody has or wants a seat. */
export const NO_SEATS: Seats = { taken: [], waiting: [] };

/** One in three workers, at least one, is left to work that does not take long. */
const FREE_SHARE = 3;

/** How many of so many workers may be held by work that takes long. At least one: such work must get on too. */
export function seatsAmong(workers: number): number {
  return Math.max(1, workers - Math.ceil(workers / FREE_SHARE));
}

/** Decides on a seat: one may be free, and its workspace has no more than its share of those that are in demand. */
export function takeSeat(
  stored: Seats,
  seat: Seat,
  { now, workers }: { readonly now: number; readonly workers: number },
): { readonly isGiven: boolean; readonly seats: Seats } {
  const { worker, workspaceUid } = seat;
  const taken = stored.taken.filter(({ until }) => until > now);
  const waiting = stored.waiting.filter((one) => one.until > now && one.workspaceUid !== workspaceUid);
  const own = taken.filter((one) => one.workspaceUid === workspaceUid);
  const others = taken.filter((one) => one.workspaceUid !== workspaceUid);
  const demand = new Set([...others, ...waiting].map((one) => one.workspaceUid));
  const all = seatsAmong(workers);
  const share = Math.max(1, Math.floor(all / (demand.size + 1)));
  const kept = own.filter((one) => one.worker !== worker);
  const isGiven = kept.length < own.length || (taken.length < all && own.length < share);
  if (isGiven) return { isGiven, seats: { taken: [...others, ...kept, seat], waiting } };
  const isCounted = stored.waiting.some(
    (one) => one.workspaceUid === workspaceUid && one.until > now + SEAT_WAITING_MS / 2,
  );
  if (isCounted) return { isGiven, seats: stored }; // nothing to be written
  return { isGiven, seats: { taken, waiting: [...waiting, { workspaceUid, until: now + SEAT_WAITING_MS }] } };
}

/** Gives a seat back. */
export function leaveSeat({ taken, waiting }: Seats, seat: Pick<Seat, 'worker' | 'workspaceUid'>): Seats {
  const isOther = (one: Seat): boolean => one.worker !== seat.worker || one.workspaceUid !== seat.workspaceUid;
  return { taken: taken.filter(isOther), waiting };
}
