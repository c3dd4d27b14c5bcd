import { SEAT_MARGIN_MS } from '../domain/timing.ts';
import { leaveSeat, takeSeat } from '../domain/seats.ts';
import type { CorePorts } from './ports.ts';
import type { SeatPool } from './stores/seat-store.ts';

/** The result of work that ended because its signal was aborted. */
export const CUT = Symbol('cut');

/**
 * `refused`: the workspace already uses its share of the workers. The work was not begun, or was cut: repeat it later.
 */
export type Worked<Result> =
  | { readonly kind: 'done'; readonly result: Result; readonly tookLong: boolean }
  | { readonly kind: 'refused' };

/** Limits each workspace's slow work to its share of the workers of one kind. */
export interface Share {
  /** Whether this worker was just refused a seat for the workspace: work that may be slow should then ask first. */
  isSpent(workspaceUid: string): boolean;
  /**
   * Does work of a workspace. Work that is known to be slow (`isSlow`) needs a seat first. Other work needs one once it
   * takes long, and is cut if there is none. So quick work costs nothing.
   */
  within<Result>(
    workspaceUid: string,
    isSlow: boolean,
    work: (signal: AbortSignal) => Promise<Result | typeof CUT>,
  ): Promise<Worked<Result>>;
}

/** Which workers are shared, and when work counts as slow. */
export interface ShareOptions {
  readonly pool: SeatPool;
  /** How many workers of this kind there are. */
  readonly workers: number;
  /** Work is slow once it takes longer than this, ms. */
  readonly patienceMs: number;
  /** The longest duration of an invocation, ms: after it a seat is free again even if its worker died. */
  readonly longestMs: number;
}

/** A seat of this worker, shared by all works of one workspace. */
interface Sitting {
  works: number;
  /** Null: the table could not be asked; then the work is not delayed. */
  readonly isGiven: Promise<boolean | null>;
}

/** How long a refusal counts for {@link Share.isSpent}, ms. */
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
