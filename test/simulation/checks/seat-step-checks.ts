import type { Seat, Seats } from '../../../shared/domain/seats.ts';
import type { Change } from '../mirror.ts';
import { callbackRow, seatsOf } from '../records.ts';
import type { StepCheck } from './step-check.ts';

/** The longest a seat may last: a function's time, some seconds, and clocks that differ by a minute. */
const SEAT_MS = 150_000;

const NONE: Seats = { taken: [], waiting: [] };

/** The seats before and after a change; null if the change is of another item. */
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

/** The checks of each write of seats. */
export const SEAT_STEP_CHECKS: readonly StepCheck[] = [
  {
    name: 'someWorkersAreFree',
    proves: 'Without faults, slow work takes no more than two thirds of the workers (but may take one).',
    check(change, { workers }, past) {
      const seats = past.isCalm ? seatChange(change) : null;
      const taken = seats?.after.taken.filter(({ until }) => until > past.now).length ?? 0;
      return taken > seatsAmong(workers) ? `slow work has ${taken} of ${workers} workers` : null;
    },
  },
  {
    name: 'seatsAreShared',
    proves: 'Without faults, a workspace gets no seat beyond its share while others have or want one.',
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
      return own > share
        ? `workspace ${workspaceUid} has ${own} seats; with ${wanting} workspaces its share is ${share}`
        : null;
    },
  },
  {
    name: 'seatsOfOthersStay',
    proves:
      'Without faults, taking a seat takes none from another worker before its time is over, and leaving a seat removes only that one.',
    check(change, _, past) {
      const seats = past.isCalm ? seatChange(change) : null;
      if (seats === null) return null;
      const given = seats.after.taken.filter((seat) => !isIn(seats.before.taken, seat));
      const lost = seats.before.taken.filter((seat) => seat.until > past.now && !isIn(seats.after.taken, seat));
      const most = given.length > 0 ? 0 : 1;
      return lost.length > most
        ? `workers ${lost.map(({ worker }) => worker).join(', ')} lost their seats too early`
        : null;
    },
  },
  {
    name: 'putOffSaysUntilWhen',
    proves: 'A callback that is put off because no seat was free has a next_attempt_at.',
    check({ sk, after }) {
      if (!sk.startsWith('C#') || after === null) return null;
      const { uid, status, deferredAt, nextAttemptAt } = callbackRow(after);
      return status === 'PENDING' && deferredAt !== null && nextAttemptAt === null
        ? `callback ${uid} is put off without a next_attempt_at`
        : null;
    },
  },
  {
    name: 'seatsEnd',
    proves: 'A seat ends soon after the time of its worker, so that a worker that died does not keep it.',
    check(change, _, past) {
      const long = seatChange(change)?.after.taken.find(({ until }) => until > past.now + SEAT_MS);
      return long === undefined ? null : `worker ${long.worker} has its seat for ${long.until - past.now} ms more`;
    },
  },
];
