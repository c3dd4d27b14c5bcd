import { stuckMs } from '../../domain/timing.ts';
import { limitWait } from '../../domain/input-status.ts';
import type { RunWindow } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import { hasEnded, stalledSince, type StatusReason, WORKING_STATUSES } from '../../domain/run-status.ts';
import { NO_TOTALS, type RunControl, type RunCounts } from '../../domain/run.ts';
import { nextCheck } from '../runs/check-times.ts';
import type { ReadPorts } from './read-ports.ts';
import { settleAll } from '../settle-all.ts';

type CountPorts = Pick<ReadPorts, 'reader' | 'progress' | 'clock' | 'settings'>;

/** Whether a run's control record has all its counts. */
export function isCounted({ mode, status, totals, inputsTotal }: RunControl): boolean {
  return mode === 'LIVE' || (hasEnded(status) && totals.succeeded + totals.failed >= inputsTotal);
}

/**
 * A run's counts: from its control record once everything has ended, else from its window plus what the open inputs
 * have recorded. An input that ends meanwhile is still open in the window that was read, so nothing is counted twice
 * and no count shrinks. `read`: the window, if it was read with the control record.
 */
export async function countRun(
  ports: CountPorts,
  control: RunControl,
  read?: { readonly window: RunWindow | null },
): Promise<RunCounts> {
  if (isCounted(control)) return { totals: control.totals, open: 0, stalled: null };
  const { window } = read ?? { window: await ports.progress.readWindow(control.uid) };
  if (window === null) return { totals: NO_TOTALS, open: 0, stalled: null };
  if (window.order < control.restartEpoch) return { totals: control.totals, open: 0, stalled: null }; // retried just now
  const inHand = [...window.open];
  const pageRecords = await settleAll(inHand.map(([input]) => ports.progress.readLastPageRecord(control.uid, input)));
  let { outputs, callbacks } = window.totals;
  for (const [index, [, { counted }]] of inHand.entries()) {
    const pageRecord = pageRecords[index] ?? null;
    if (pageRecord === null) continue;
    outputs += pageRecord.results - counted.outputs;
    callbacks += pageRecord.callbacks - counted.callbacks;
  }
  return {
    totals: { ...window.totals, outputs, callbacks },
    open: inHand.length,
    stalled: stalledReason(ports, control, window, pageRecords),
  };
}

/**
 * Why a working run does not progress: all its open inputs wait, or none has progressed for a while. The run's check
 * sends lost pages again by `retryAt`. Null: it progresses.
 */
function stalledReason(
  { clock, settings }: CountPorts,
  control: RunControl,
  window: RunWindow,
  pageRecords: readonly (PageRecord | null)[],
): StatusReason | null {
  const { open } = window;
  if (!WORKING_STATUSES.includes(control.status) || open.size === 0) return null;
  const waits = limitWait(window, clock.now());
  if (waits !== null) {
    const { since, until, quota } = waits;
    return { code: 'RATE_LIMIT', since, retryAt: until, blockingUids: [], ...(quota === null ? {} : { quota }) };
  }
  const moves = [
    ...pageRecords.map((pageRecord) => pageRecord?.at ?? 0),
    ...Array.from(open.values(), ({ until }) => until ?? 0),
  ];
  const movedAt = Math.max(control.updatedAt, ...moves);
  return stalledSince(movedAt, clock.now(), nextCheck(movedAt + stuckMs(settings)));
}
