import { NO_SEATS, type Seats } from '../domain/seats.ts';
import type { Random, Clock } from '../engine/ports.ts';
import type { SeatStore } from '../engine/stores/seat-store.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

const BACKOFF_MS = 20;
/** Each round lets one writer through. A caller that lost all of them (about a second) gets null. */
const ROUNDS = 6;
/** The record is deleted after a day without a change: by then all seats in it have ended. */
const KEPT_MS = 86_400_000;

/**
 * The seats of each kind of worker, one item. Each write has the condition that the item is at the revision that was
 * read.
 */
export function createSeatStore(
  table: Table,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): SeatStore {
  return {
    async changeSeats(pool, decide) {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const item = await table.get(keys.seats(pool), 'strong');
        const stored = item === null ? NO_SEATS : seatsFromItem(item);
        const { seats, answer } = decide(stored);
        if (seats === stored) return answer;
        const revision = item === null ? null : new ItemReader(item).number('rev');
        const isAsRead =
          revision === null
            ? { expression: 'attribute_not_exists(pk)' }
            : { expression: 'rev = :rev', values: { ':rev': revision } };
        const record = { ...seatsToItem(seats), rev: (revision ?? 0) + 1, expires_at: expiry(clock.now()) };
        if ((await table.put(keys.seats(pool), record, isAsRead)).done) return answer;
        const waitMs = BACKOFF_MS * 2 ** round * random.fraction();
        await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
      }
      return null;
    },
  };
}

function expiry(now: number): number {
  return Math.ceil((now + KEPT_MS) / 1_000);
}

/** Grouped by workspace, as a flat list of worker and end: the long workspace uid is then stored once. */
function seatsToItem({ taken, waiting }: Seats): object {
  const byWorkspace = Map.groupBy(taken, ({ workspaceUid }) => workspaceUid);
  return {
    t: Object.fromEntries(
      Array.from(byWorkspace, ([uid, seats]) => [uid, seats.flatMap(({ worker, until }) => [worker, until])]),
    ),
    w: Object.fromEntries(waiting.map(({ workspaceUid, until }) => [workspaceUid, until])),
  };
}

export function seatsFromItem(item: Item): Seats {
  const read = new ItemReader(item);
  const taken = Object.entries(read.stored<Record<string, (string | number)[]>>('t') ?? {});
  const waiting = Object.entries(read.stored<Record<string, number>>('w') ?? {});
  return {
    taken: taken.flatMap(([workspaceUid, flat]) =>
      Array.from({ length: flat.length / 2 }, (_, index) => ({
        worker: String(flat[2 * index]),
        workspaceUid,
        until: Number(flat[2 * index + 1]),
      })),
    ),
    waiting: waiting.map(([workspaceUid, until]) => ({ workspaceUid, until })),
  };
}
