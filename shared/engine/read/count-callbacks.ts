import { type CallbackCounts, countDelivered } from '../../domain/callback-counts.ts';
import { blocksBegun, shardsBegun } from '../../domain/input.ts';
import { endingsOf, hasEnded, type RunCounts } from '../../domain/run.ts';
import type { ReadPorts, Run } from './read-ports.ts';
import { together } from '../together.ts';

const BLOCKS_AT_ONCE = 32;

/**
 * How a run's callbacks stand: what its inputs and endings have called for, and of these what was delivered or given
 * up. Read the counts before: what is delivered meanwhile is then pending no more, but never more than called for.
 */
export async function countCallbacks(
  ports: Pick<ReadPorts, 'reader' | 'progress' | 'callbacks'>,
  { control, definition }: Run,
  counts: RunCounts,
): Promise<CallbackCounts> {
  if (definition.callback === null) return { total: 0, delivered: 0, pending: 0, failed: 0 };
  const calledFor = counts.totals.callbacks + endingsOf(control);
  // A sweep has seen every one of them delivered: that is read at once, however large the run.
  if (hasEnded(control.status) && control.deliveredEpoch === control.epoch) {
    return { total: calledFor, delivered: calledFor, pending: 0, failed: 0 };
  }
  const finished = countDelivered({ records: await ports.callbacks.listRecords(control.uid, null), deliveries: [] });
  let { delivered, failed } = finished;
  const window = definition.callback.on === 'all' ? await ports.progress.readWindow(control.uid) : null;
  const blocks = blocksBegun(window, control);
  for (let first = 0; first < blocks; first += BLOCKS_AT_ONCE) {
    const some = Array.from({ length: Math.min(BLOCKS_AT_ONCE, blocks - first) }, (_, index) => first + index);
    const facts = await together(some.map((block) => ports.reader.readDeliveryFacts(control.uid, block)));
    for (const counted of facts.map(countDelivered)) {
      delivered += counted.delivered;
      failed += counted.failed;
    }
  }
  const total = Math.max(calledFor, delivered + failed);
  return { total, delivered, pending: total - delivered - failed, failed };
}

/** Shards in which a callback may have been called for. */
export async function readShardsBegun(ports: Pick<ReadPorts, 'progress'>, { control }: Run): Promise<number> {
  return shardsBegun(await ports.progress.readWindow(control.uid), control);
}
