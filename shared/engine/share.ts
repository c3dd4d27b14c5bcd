import { SEAT_MARGIN_MS } from '../domain/timing.ts';
import { leaveSeat, takeSeat } from '../domain/seats.ts';
import type { CorePorts } from './ports.ts';
import type { SeatPool } from './stores.ts';

/** What work gives that ended because its signal told it to. */
export const CUT = Symbol('cut');

/** `refused`: its workspace has its share of the workers; the work was not begun, or was cut and is to be done again. */
export type Worked<Result> =
  | { readonly kind: 'done'; readonly result: Result; readonly tookLong: boolean }
  | { readonly kind: 'refused' };

/** Keeps every workspace to its share of the workers of one kind, as far as its work takes long. */
export interface Share {
  /** Whether this worker was refused a seat for the workspace a moment ago: what may take long had better ask first. */
  isSpent(workspaceUid: string): boolean;
  /**
   * Does work of a workspace. Work that is known to take long needs a seat first; any other once it takes long, and is
   * cut where there is none. So work that is quick costs nothing.
   */
  within<Result>(
    workspaceUid: string,
    isSlow: boolean,
    work: (signal: AbortSignal) => Promise<Result | typeof CUT>,
  ): Promise<Worked<Result>>;
}

export interface ShareOptions {
  readonly pool: SeatPool;
  /** How many workers of this kind there are. */
  readonly workers: number;
  /** Work that goes on beyond this takes long, ms. */
  readonly patienceMs: number;
  /** The longest an invocation lasts, ms: then a seat is free again though its worker died. */
  readonly longestMs: number;
}

/** A seat of this worker: all works of one workspace sit on it together. */
interface Sitting {
  works: number;
  /** Null: the table could not say, so nobody is held up. */
  readonly isGiven: Promise<boolean | null>;
}

/** How long a refusal says something of the next one, ms. */
const SPENT_MS = 5_000;
const REFUSALS_KEPT = 1_000;

/** The share of this worker, which has one invocation at a time. */
export function createShare(
  ports: Pick<CorePorts, 'clock' | 'random' | 'seats' | 'log'>,
  { pool, workers, patienceMs, longestMs }: ShareOptions,
): Share {
  const { clock, seats, log } = ports;
  const worker = ports.random.uuid().slice(0, 8);
  const sittings = new Map<string, Sitting>();
  const refusedAt = new Map<string, number>();

  async function take(workspaceUid: string): Promise<boolean | null> {
    const now = clock.now();
    const seat = { worker, workspaceUid, until: now + longestMs + SEAT_MARGIN_MS };
    try {
      return await seats.changeSeats(pool, (stored) => {
        const { isGiven, seats: decided } = takeSeat(stored, seat, { now, workers });
        return { seats: decided, answer: isGiven };
      });
    } catch (error) {
      log.warn('no seat could be asked for', { pool, error: String(error) });
      return null;
    }
  }

  async function sit(workspaceUid: string): Promise<boolean> {
    const sitting = sittings.get(workspaceUid) ?? { works: 0, isGiven: take(workspaceUid) };
    sitting.works += 1;
    sittings.set(workspaceUid, sitting);
    const isGiven = (await sitting.isGiven) ?? true;
    if (isGiven) return true;
    if (refusedAt.size >= REFUSALS_KEPT) refusedAt.clear();
    refusedAt.set(workspaceUid, clock.now());
    await rise(workspaceUid);
    return false;
  }

  async function rise(workspaceUid: string): Promise<void> {
    const sitting = sittings.get(workspaceUid);
    if (sitting === undefined) return;
    sitting.works -= 1;
    if (sitting.works > 0) return;
    sittings.delete(workspaceUid);
    if ((await sitting.isGiven) !== true) return;
    try {
      await seats.changeSeats(pool, (stored) => ({
        seats: leaveSeat(stored, { worker, workspaceUid }),
        answer: null,
      }));
    } catch (error) {
      log.warn('a seat could not be given back and is free when its time is over', { pool, error: String(error) });
    }
  }

  return {
    isSpent: (workspaceUid) => clock.now() - (refusedAt.get(workspaceUid) ?? -Infinity) < SPENT_MS,

    async within(workspaceUid, isSlow, work) {
      if (isSlow && !(await sit(workspaceUid))) return { kind: 'refused' };
      const cut = new AbortController();
      const asked: { seat: Promise<boolean> | null } = { seat: isSlow ? Promise.resolve(true) : null };
      const ask = async (): Promise<boolean> => {
        const isGiven = await sit(workspaceUid);
        if (!isGiven) cut.abort(new Error('Its workspace has its share of the workers.'));
        return isGiven;
      };
      const cancel = isSlow ? (): void => undefined : clock.after(patienceMs, () => void (asked.seat = ask()));
      try {
        const result = await work(cut.signal);
        return result === CUT ? { kind: 'refused' } : { kind: 'done', result, tookLong: asked.seat !== null };
      } finally {
        cancel();
        if ((await asked.seat) === true) await rise(workspaceUid);
      }
    },
  };
}
