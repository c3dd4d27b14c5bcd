import { SEAT_WAITING_MS } from './timing.ts';

/**
 * The seats of one kind of worker. Long work occupies a whole worker, because an invocation lasts as long as its
 * slowest message; so it needs a seat. There are fewer seats than workers: other workspaces always find a free worker.
 */
export interface Seats {
  /** Seats that are taken, each by the work of one workspace. */
  readonly taken: readonly Seat[];
  /** Workspaces that were refused a seat recently; they count until `until` (epoch ms). */
  readonly waiting: readonly { readonly workspaceUid: string; readonly until: number }[];
}

/** A seat that is taken. */
export interface Seat {
  /** The worker that is occupied. */
  readonly worker: string;
  readonly workspaceUid: string;
  /** When the seat is free at the latest, in case its worker died (epoch ms). */
  readonly until: number;
}

/** No seat is taken or wanted. */
export const NO_SEATS: Seats = { taken: [], waiting: [] };

/** One in three workers, at least one, is kept for quick work. */
const FREE_SHARE = 3;

/** How many of the workers long work may occupy. At least one, so that long work progresses too. */
export function seatsAmong(workers: number): number {
  return Math.max(1, workers - Math.ceil(workers / FREE_SHARE));
}

/**
 * Decides whether a worker gets a seat: one must be free, and its workspace must have fewer than its equal share among
 * the workspaces that have or want one. Returns `stored` itself when there is nothing to write.
 */
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
  if (isCounted) return { isGiven, seats: stored }; // nothing to write
  return { isGiven, seats: { taken, waiting: [...waiting, { workspaceUid, until: now + SEAT_WAITING_MS }] } };
}

/** Gives a seat back. */
export function leaveSeat({ taken, waiting }: Seats, seat: Pick<Seat, 'worker' | 'workspaceUid'>): Seats {
  const isOther = (one: Seat): boolean => one.worker !== seat.worker || one.workspaceUid !== seat.workspaceUid;
  return { taken: taken.filter(isOther), waiting };
}
