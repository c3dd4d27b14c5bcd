import { limitWait } from '../../domain/input-status.ts';
import { type RunWindow, shardOf, shardsBegun } from '../../domain/input.ts';
import type { PageSlot } from '../../domain/page.ts';
import {
  hasEnded,
  NO_TOTALS,
  type RunControl,
  type RunCounts,
  stalledSince,
  type StatusReason,
  type Totals,
  WORKING_STATUSES,
} from '../../domain/run.ts';
import { nextWatch, STUCK_MS } from '../runs/watch.ts';
import type { ReadPorts } from './read-ports.ts';
import { together } from '../together.ts';

type CountPorts = Pick<ReadPorts, 'reader' | 'progress' | 'clock'>;

/** Times a count is begun again because an input settled under it; each time the others stand still more likely. */
const TRIES = 5;

/** A run's counts, exact as of some moment of the call: from its control record once all is settled, else from its shards. */
export async function countRun(ports: CountPorts, control: RunControl): Promise<RunCounts> {
  const { succeeded, failed } = control.totals;
  const settled = hasEnded(control.status) && succeeded + failed >= control.inputsTotal;
  if (control.mode === 'LIVE' || settled) return { totals: control.totals, open: 0, stalled: null };
  for (let left = TRIES; ;) {
    left -= 1;
    const counts = await tryCount(ports, control, left === 0);
    if (counts !== null) return counts;
  }
}

/**
 * One count. An input that settles between the look at the marks and the sums stands in both or in neither of them:
 * then the count is void (null), for outputs must neither be counted twice nor seem to shrink.
 */
async function tryCount(ports: CountPorts, control: RunControl, isLast: boolean): Promise<RunCounts | null> {
  const window = await ports.progress.readWindow(control.uid);
  if (control.restartEpoch > (window?.epoch ?? 0)) return { totals: control.totals, open: 0, stalled: null }; // retried just now
  if (window === null) return { totals: NO_TOTALS, open: 0, stalled: null };
  const inHand = [...window.open.keys()];
  const shards = [...new Set(inHand.map(shardOf))];
  const { marks: before } = await ports.reader.readMarks(control.uid, shards);
  const open = inHand.filter((input) => !before.has(input));
  const begun = shardsBegun(window, control);
  const slots = await together(open.map((input) => ports.progress.readLastSlot(control.uid, input)));
  const totals = await ports.progress.readTotals(control.uid, control.inputsTotal, new Set(inHand), begun);
  const { marks: after } = await ports.reader.readMarks(control.uid, shards);
  if (!isLast && open.some((input) => after.has(input))) return null;
  const recorded = slots.filter((slot) => slot !== null && !after.has(slot.input));
  return {
    totals: addRecorded(totals, recorded),
    open: open.filter((input) => !after.has(input)).length,
    stalled: stalledReason(ports, control, window, slots),
  };
}

/**
 * Why a run that works does not move: all it has in hand waits, or none of it has moved for a while. Then the watch is who
 * helps at the latest.
 */
function stalledReason(
  { clock }: CountPorts,
  control: RunControl,
  window: RunWindow,
  slots: readonly (PageSlot | null)[],
): StatusReason | null {
  const { open } = window;
  if (!WORKING_STATUSES.includes(control.status) || open.size === 0) return null;
  const waits = limitWait(window, clock.now());
  if (waits !== null) return { code: 'RATE_LIMIT', since: waits.since, retryAt: waits.until, blockingUids: [] };
  const moves = [...slots.map((slot) => slot?.at ?? 0), ...Array.from(open.values(), ({ until }) => until ?? 0)];
  const movedAt = Math.max(control.updatedAt, ...moves);
  return stalledSince(movedAt, clock.now(), nextWatch(movedAt + STUCK_MS));
}

function addRecorded(totals: Totals, slots: readonly (PageSlot | null)[]): Totals {
  const sum = (of: (slot: PageSlot) => number): number =>
    slots.reduce((total, slot) => total + (slot === null ? 0 : of(slot)), 0);
  return {
    ...totals,
    outputs: totals.outputs + sum(({ results }) => results),
    callbacks: totals.callbacks + sum(({ callbacks }) => callbacks),
  };
}
