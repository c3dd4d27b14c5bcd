import { ROLLUP_FANOUT, rollupLevels, shardCount } from '../domain/input.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import type { CorePorts, RollupPlace } from './ports.ts';

const SHARDS_AT_ONCE = 16;

/**
 * Reopens the failed inputs of a run that is retried. The roll-up is cleared above their shards first, from the root
 * down, and stamped with this epoch: nobody of an earlier one can complete the run with what was true before. Said
 * twice, it finds nothing left to do.
 */
export async function reopenInputs(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<void> {
  const shards = shardCount(definition.inputsTotal);
  const affected: number[] = [];
  await eachShard(
    Array.from({ length: shards }, (_, shard) => shard),
    async (shard) => {
      const marks = await ports.progress.readMarks(definition.uid, shard);
      if ([...marks.values()].some(({ status, refused }) => status === 'FAILED' && !refused)) affected.push(shard);
    },
  );
  for (let level = rollupLevels(shards); level >= 1; level -= 1) {
    for (const at of placesAbove(affected, level)) {
      await ports.progress.clearRollup(definition.uid, at, control.epoch, definition.expiresAt);
    }
  }
  await eachShard(affected, (shard) => ports.progress.reopenFailed(definition.uid, shard, control.epoch));
}

/** The places on a level that lead to these shards. */
function placesAbove(shards: readonly number[], level: number): readonly RollupPlace[] {
  const children = new Set(shards.map((shard) => Math.floor(shard / ROLLUP_FANOUT ** (level - 1))));
  return [...children].map((child) => ({
    level,
    node: Math.floor(child / ROLLUP_FANOUT),
    child: child % ROLLUP_FANOUT,
  }));
}

async function eachShard(shards: readonly number[], see: (shard: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < shards.length; first += SHARDS_AT_ONCE) {
    await Promise.all(shards.slice(first, first + SHARDS_AT_ONCE).map(see));
  }
}
