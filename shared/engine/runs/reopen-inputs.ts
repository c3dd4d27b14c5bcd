import { ROLLUP_FANOUT, rollupLevels, shardCount, shardOf } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { together } from '../together.ts';

/** Shards one batch reads. */
const SHARDS_A_READ = 100;
const AT_ONCE = 16;

/**
 * Reopens the failed inputs of a run that is retried. The roll-up is cleared above their shards first, from the root
 * down, and stamped with this epoch: nobody of an earlier one can complete the run with what was true before. Said
 * twice, it finds nothing left to do.
 */
export async function reopenInputs(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<void> {
  const shards = shardCount(definition.inputsTotal);
  const affected: number[] = [];
  for (let first = 0; first < shards; first += SHARDS_A_READ) {
    const some = Array.from({ length: Math.min(SHARDS_A_READ, shards - first) }, (_, at) => first + at);
    const marks = await ports.progress.readManyMarks(definition.uid, some);
    const failed = [...marks].filter(([, { status, refused }]) => status === 'FAILED' && !refused);
    affected.push(...new Set(failed.map(([input]) => shardOf(input))));
  }
  for (let level = rollupLevels(shards); level >= 1; level -= 1) {
    const nodes = [...childrenByNode(affected, level)];
    await eachOf(nodes, ([node, children]) =>
      ports.progress.clearRollup(definition.uid, { level, node, children }, control.epoch, definition.expiresAt),
    );
  }
  await eachOf(affected, (shard) => ports.progress.reopenFailed(definition.uid, shard, control.epoch));
}

/** The nodes on a level that lead to these shards, each with its children that do. */
function childrenByNode(shards: readonly number[], level: number): ReadonlyMap<number, readonly number[]> {
  const places = new Set(shards.map((shard) => Math.floor(shard / ROLLUP_FANOUT ** (level - 1))));
  const byNode = Map.groupBy(places, (place) => Math.floor(place / ROLLUP_FANOUT));
  return new Map(Array.from(byNode, ([node, below]) => [node, below.map((place) => place % ROLLUP_FANOUT)]));
}

async function eachOf<Item>(items: readonly Item[], see: (item: Item) => Promise<void>): Promise<void> {
  for (let first = 0; first < items.length; first += AT_ONCE) {
    await together(items.slice(first, first + AT_ONCE).map(see));
  }
}
