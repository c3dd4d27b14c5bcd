import { nodesOnLevel, ROLLUP_FANOUT, rollupLevels, shardCount, totalsOf } from '../../domain/input.ts';
import { addTotals, NO_TOTALS, type Totals } from '../../domain/run.ts';
import type { RollupStore } from '../../engine/stores.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import { marksOf, reopenedOf } from './shard-records.ts';
import type { Table } from './table.ts';
import { together } from '../../engine/together.ts';

/** The tree above the shards: what is complete in it is never looked at below. */
export function createRollupStore(table: Table): RollupStore {
  /** What a node holds, by child. */
  async function readNode(runUid: string, level: number, node: number): Promise<ReadonlyMap<number, Totals>> {
    const item = await table.get(keys.rollup(runUid, level, node), 'strong');
    const recorded = new ItemReader(item ?? {}).withPrefix<Partial<Totals>>('c');
    return new Map(Array.from(recorded, ([child, totals]) => [Number(child), { ...NO_TOTALS, ...totals }]));
  }

  return {
    async putRollup(runUid, { level, node, child }, epoch, totals, expiresAt) {
      const update = await table.update(keys.rollup(runUid, level, node), {
        expression: 'SET #child = :totals, #expires = :expires',
        condition: 'attribute_not_exists(#child) AND (attribute_not_exists(ep) OR ep <= :ep)',
        names: { '#child': `c${child}`, '#expires': 'expires_at' },
        values: { ':totals': totals, ':ep': epoch, ':expires': expiresAt },
      });
      return childrenOf(update.item);
    },

    async clearRollup(runUid, { level, node, children }, epoch, expiresAt) {
      await table.update(keys.rollup(runUid, level, node), {
        expression: `SET ep = :ep, #expires = :expires REMOVE ${children.map((child) => `#c${child}`).join(', ')}`,
        condition: 'attribute_not_exists(ep) OR ep <= :ep',
        names: {
          '#expires': 'expires_at',
          ...Object.fromEntries(children.map((child) => [`#c${child}`, `c${child}`])),
        },
        values: { ':ep': epoch, ':expires': expiresAt },
      });
    },

    async nextOpenShard(runUid, inputsTotal, from) {
      const shards = shardCount(inputsTotal);
      return from < shards ? find(rollupLevels(shards), 0) : null;

      async function find(level: number, node: number): Promise<number | null> {
        if (level === 0) return node;
        const recorded = await readNode(runUid, level, node);
        const below = childNodes(shards, level, node);
        for (const [child, place] of below.entries()) {
          const last = (place + 1) * ROLLUP_FANOUT ** (level - 1) - 1;
          if (recorded.has(child) || last < from) continue;
          const found = await find(level - 1, place);
          if (found !== null) return found;
        }
        return null;
      }
    },

    async shardsToRollUp(runUid, inputsTotal) {
      const shards = shardCount(inputsTotal);
      return find(rollupLevels(shards), 0);

      /** Shards that are not recorded below a node, or its first where all are: that one is carried up from there. */
      async function find(level: number, node: number): Promise<readonly number[]> {
        const first = node * ROLLUP_FANOUT ** level;
        if (level === 0) return [first];
        const recorded = await readNode(runUid, level, node);
        const open = childNodes(shards, level, node).filter((_, child) => !recorded.has(child));
        const found: number[] = [];
        for (const place of open) found.push(...(await find(level - 1, place)));
        return open.length === 0 ? [first] : found;
      }
    },

    async readTotals(runUid, inputsTotal, inHand, shardsBegun = Infinity) {
      const shards = shardCount(inputsTotal);
      const levels = rollupLevels(shards);
      if (levels === 0) return shardTotals(await table.get(keys.marks(runUid, 0), 'strong'), inHand);
      return readBelow(levels, 0);

      async function readBelow(level: number, node: number): Promise<Totals> {
        const recorded = await readNode(runUid, level, node);
        const open = childNodes(shards, level, node).filter(
          (place, child) => !recorded.has(child) && place * ROLLUP_FANOUT ** (level - 1) < shardsBegun,
        );
        const below = level === 1 ? readShards(open) : together(open.map((place) => readBelow(level - 1, place)));
        return addTotals([...recorded.values(), ...(await below)]);
      }

      async function readShards(wanted: readonly number[]): Promise<readonly Totals[]> {
        const items = await table.batchGet(
          wanted.map((shard) => keys.marks(runUid, shard)),
          { consistency: 'strong' },
        );
        return items.map((item) => shardTotals(item, inHand));
      }
    },
  };
}

/** The nodes a node's children are, on the level below it; on level 1 they are shards. */
function childNodes(shards: number, level: number, node: number): readonly number[] {
  const first = node * ROLLUP_FANOUT;
  const count = Math.min(ROLLUP_FANOUT, nodesOnLevel(shards, level - 1) - first);
  return Array.from({ length: count }, (_, child) => first + child);
}

/** A shard's totals; what reopened inputs had recorded counts, unless they are in hand and counted by their pages. */
function shardTotals(item: Item | null, inHand: ReadonlySet<number>): Totals {
  const waiting = [...reopenedOf(item)].filter(([input]) => !inHand.has(input));
  return addTotals([
    totalsOf(marksOf(item)),
    ...waiting.map(([, { outputs, callbacks }]) => ({ ...NO_TOTALS, outputs, callbacks })),
  ]);
}

function childrenOf(item: Item | null): readonly Totals[] {
  const children = new ItemReader(item ?? {}).withPrefix<Partial<Totals>>('c');
  return Array.from(children, ([, totals]) => ({ ...NO_TOTALS, ...totals }));
}
