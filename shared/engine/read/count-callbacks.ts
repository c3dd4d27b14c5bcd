import { type CallbackCounts, countDelivered } from '../../domain/callback-counts.ts';
import { blocksBegun, type RunWindow, shardsBegun } from '../../domain/input.ts';
import { hasEnded } from '../../domain/run-status.ts';
import { endingsOf, type RunCounts } from '../../domain/run.ts';
import type { ReadPorts, Run } from './read-ports.ts';
import { settleAll } from '../settle-all.ts';

const BLOCKS_AT_ONCE = 32;

/** How many of a run's callbacks were delivered and how many failed; `all`: every one was delivered. */
export type Delivered = Pick<CallbackCounts, 'delivered' | 'failed'> | 'all';

/** Counts a run's delivered and failed callbacks. `window`: the run's window as it was just read. */
export async function readDelivered(
  ports: Pick<ReadPorts, 'reader' | 'callbacks'>,
  { control, definition }: Run,
  window: RunWindow | null,
): Promise<Delivered> {
  // A sweep has found every one of them delivered: nothing is read, however large the run.
  if (areAllDelivered({ control, definition })) return 'all';
  const blocks = definition.callback?.on === 'all' ? blocksBegun(window, control) : 0;
  const [finished, inBlocks] = await settleAll([
    ports.callbacks.listRecords(control.uid, null),
    countBlocks(ports, control.uid, blocks),
  ]);
  const { delivered, failed } = countDelivered({ records: finished, deliveries: [] });
  return { delivered: delivered + inBlocks.delivered, failed: failed + inBlocks.failed };
}

async function countBlocks(
  { reader }: Pick<ReadPorts, 'reader'>,
  runUid: string,
  blocks: number,
): Promise<Pick<CallbackCounts, 'delivered' | 'failed'>> {
  const sum = { delivered: 0, failed: 0 };
  for (let first = 0; first < blocks; first += BLOCKS_AT_ONCE) {
    const some = Array.from({ length: Math.min(BLOCKS_AT_ONCE, blocks - first) }, (_, index) => first + index);
    const facts = await settleAll(some.map((block) => reader.readDeliveryFacts(runUid, block)));
    for (const { delivered, failed } of facts.map(countDelivered)) {
      sum.delivered += delivered;
      sum.failed += failed;
    }
  }
  return sum;
}

/** Whether a run has no callbacks, or a sweep has found all of them delivered. */
export function areAllDelivered({ control: { status, deliveredEpoch, epoch }, definition }: Run): boolean {
  return definition.callback === null || (hasEnded(status) && deliveredEpoch === epoch);
}

/**
 * A run's callbacks by status: those that its inputs and endings called for, and how many of them were delivered or
 * failed. The two numbers may be read at different moments; `total` is never less than delivered and failed together.
 */
export function callbackCounts({ control, definition }: Run, counts: RunCounts, found: Delivered): CallbackCounts {
  if (definition.callback === null) return { total: 0, delivered: 0, pending: 0, failed: 0 };
  const calledFor = counts.totals.callbacks + endingsOf(control);
  const { delivered, failed } = found === 'all' ? { delivered: calledFor, failed: 0 } : found;
  const total = Math.max(calledFor, delivered + failed);
  return { total, delivered, pending: total - delivered - failed, failed };
}

/** How many shards may have callbacks. */
export async function readShardsBegun(ports: Pick<ReadPorts, 'progress'>, { control }: Run): Promise<number> {
  return shardsBegun(await ports.progress.readWindow(control.uid), control);
}
