import type { Seat, Seats } from '../../../shared/domain/seats.ts';
import type { Change } from '../mirror.ts';
import { callbackRow, seatsOf } from '../records.ts';
import type { StepCheck } from './step-checks.ts';

/** The longest a seat may outlive its worker: a function's time, some seconds, and clocks that are a minute apart. */
const SEAT_MS = 150_000;

const NONE: Seats = { taken: [], waiting: [] };

/** The seats before and after a change, where it is one of seats. */
function seatChange({ pk, before, after }: Change): { readonly before: Seats; readonly after: Seats } | null {
  if (pk !== 'SEATS' || after === null) return null;
  return { before: before === null ? NONE : seatsOf(before), after: seatsOf(after) };
}

/** What shared/client/README.md promises of seats; not read from the code, which may be wrong. */
function seatsAmong(workers: number): number {
  return Math.max(1, workers - Math.ceil(workers / 3));
}

const isIn = (seats: readonly Seat[], seat: Seat): boolean =>
  seats.some(({ worker, workspaceUid }) => worker === seat.worker && workspaceUid === seat.workspaceUid);

/** What each write of the seats is held against. */
export const SEAT_STEP_CHECKS: readonly StepCheck[] = [
  {
    name: 'someWorkersAreFree',
    proves: 'In calm, work that takes long holds no more than two thirds of the workers, at least one.',
    check(change, { workers }, past) {
      const seats = past.isCalm ? seatChange(change) : null;
      const taken = seats?.after.taken.filter(({ until }) => until > past.now).length ?? 0;
      return taken > seatsAmong(workers) ? `${taken} of ${workers} workers are held` : null;
    },
  },
  {
    name: 'seatsAreShared',
    proves: 'In calm, a workspace is given no seat beyond its share while others have or want one.',
    check(change, { workers }, past) {
      const seats = past.isCalm ? seatChange(change) : null;
      const given = seats?.after.taken.find((seat) => !isIn(seats.before.taken, seat));
      if (seats === null || given === undefined) return null;
      const { workspaceUid } = given;
      const { taken, waiting } = seats.before;
      const present = [...taken, ...waiting].filter(({ until }) => until > past.now);
      const wanting = new Set([...present.map((one) => one.workspaceUid), workspaceUid]).size;
      const own = seats.after.taken.filter((one) => one.workspaceUid === workspaceUid && one.until > past.now).length;
      const share = Math.max(1, Math.floor(seatsAmong(workers) / wanting));
      return own > share ? `${workspaceUid} has ${own} seats, ${wanting} want some and its share is ${share}` : null;
    },
  },
  {
    name: 'seatsOfOthersStay',
    proves:
      'In calm, who takes a seat takes it from nobody whose time is not over, and who leaves one leaves no other.',
    check(change, _, past) {
      const seats = past.isCalm ? seatChange(change) : null;
      if (seats === null) return null;
      const given = seats.after.taken.filter((seat) => !isIn(seats.before.taken, seat));
      const lost = seats.before.taken.filter((seat) => seat.until > past.now && !isIn(seats.after.taken, seat));
      const most = given.length > 0 ? 0 : 1;
      return lost.length > most ? `${lost.map(({ worker }) => worker).join(', ')} lost a seat to others` : null;
    },
  },
  {
    name: 'putOffSaysUntilWhen',
    proves: 'A callback that is put off for want of a seat says when it is tried.',
    check({ sk, after }) {
      if (!sk.startsWith('C#') || after === null) return null;
      const { uid, status, deferredAt, nextAttemptAt } = callbackRow(after);
      return status === 'PENDING' && deferredAt !== null && nextAttemptAt === null
        ? `${uid} is put off, and not until when`
        : null;
    },
  },
  {
    name: 'seatsEnd',
    proves: 'A worker that dies leaves its seat when its time is over.',
    check(change, _, past) {
      const long = seatChange(change)?.after.taken.find(({ until }) => until > past.now + SEAT_MS);
      return long === undefined ? null : `${long.worker} has its seat for ${long.until - past.now} ms`;
    },
  },
];
