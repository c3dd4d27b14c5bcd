import type { InputChunk, StoredInput } from '../domain/input.ts';
import type { RunDefinition } from '../domain/run.ts';
import { Lru } from '../process/lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { readChunk } from './input-chunks.ts';
import { CHUNK_PREFIX, keys, runPartition } from './keys.ts';
import type { LargeObjects } from './progress-store.ts';
import type { Table } from './table.ts';

/** A definition, with its inputs if they are stored within it; null where they are in chunks. */
export interface DefinitionInHand {
  readonly definition: RunDefinition;
  readonly inputs: readonly StoredInput[] | null;
}

/** Reads inputs of runs, whether they are stored in the definition or in chunks. */
export interface InputReader {
  /** The chunk that contains an input. Throws if the run has no such input. */
  chunkOf(runUid: string, input: number): Promise<InputChunk>;
  /**
   * Reads that chunk into the cache, if there is one. Can run while the definition, which says so, is still being read.
   */
  prefetch(runUid: string, input: number): Promise<void>;
  /** Index of the first input in that chunk; no large object is fetched for it. */
  firstOf(runUid: string, input: number): Promise<number>;
}

const CACHED_RUNS = 200;
/** The inputs open at one time lie in two chunks at most, apart from a few that take very long. */
const CHUNKS_A_RUN = 2;

export function createInputReader(
  table: Table,
  objects: Pick<LargeObjects, 'get'>,
  definitionOf: (runUid: string) => Promise<DefinitionInHand | null>,
): InputReader {
  const cached = new Lru<readonly InputChunk[]>(CACHED_RUNS);
  const reading = new Map<string, Promise<unknown>>();

  function known(runUid: string, input: number): InputChunk | undefined {
    return cached.get(runUid)?.find((chunk) => holds(chunk, input));
  }

  /** The item of the chunk that contains an input. */
  async function itemOf(runUid: string, input: number, consistency: 'strong' | 'eventual'): Promise<Item> {
    const { pk, sk } = keys.chunk(runUid, input);
    const range = { from: CHUNK_PREFIX, to: sk, order: 'descending', limit: 1 } as const;
    const { items } = await table.query({ pk, ...range, consistency });
    if (items[0] !== undefined) return items[0];
    if (consistency === 'eventual') return itemOf(runUid, input, 'strong');
    // Release 0.1.0 wrote a run's chunks into the partition of its definition.
    const former = await table.query({ pk: runPartition(runUid), ...range, consistency });
    if (former.items[0] !== undefined) return former.items[0];
    throw new Error(`Run ${runUid} lacks the chunk of input ${input}.`);
  }

  async function fetchChunk(runUid: string, input: number, consistency: 'strong' | 'eventual'): Promise<InputChunk> {
    const chunk = await readChunk(objects, await itemOf(runUid, input, consistency), input);
    if (holds(chunk, input)) return chunk;
    // An eventual read may not see chunks written just now, so the nearest chunk it finds may be an earlier one.
    if (consistency === 'eventual') return fetchChunk(runUid, input, 'strong');
    throw new Error(`Run ${runUid} has no input ${input}.`);
  }

  /** Null where there is no such chunk, or the eventual read does not see it yet. */
  async function prefetchChunk(runUid: string, input: number): Promise<InputChunk | null> {
    const { pk, sk } = keys.chunk(runUid, input);
    const range = { from: CHUNK_PREFIX, to: sk, order: 'descending', limit: 1 } as const;
    const [item] = (await table.query({ pk, ...range, consistency: 'eventual' })).items;
    const chunk = item === undefined ? null : await readChunk(objects, item, input);
    return chunk !== null && holds(chunk, input) ? chunk : null;
  }

  function remember(runUid: string, chunk: InputChunk): void {
    cached.set(runUid, [chunk, ...(cached.get(runUid) ?? [])].slice(0, CHUNKS_A_RUN));
  }

  /** Registers a read under way, so that others who need inputs of this run wait for it. */
  function announce(runUid: string, fetching: Promise<unknown>): void {
    reading.set(
      runUid,
      fetching.catch(() => undefined).finally(() => reading.delete(runUid)),
    );
  }

  return {
    async chunkOf(runUid, input) {
      const found = await definitionOf(runUid);
      if (found === null) throw new Error(`There is no run ${runUid}.`);
      if (found.inputs !== null) return { first: 0, inputs: found.inputs };
      // One after the other: inputs of a batch are mostly in one chunk, so the first read serves all of them.
      for (let pending = reading.get(runUid); pending !== undefined; pending = reading.get(runUid)) await pending;
      const near = known(runUid, input);
      if (near !== undefined) return near;
      const fetching = fetchChunk(runUid, input, 'eventual');
      announce(runUid, fetching);
      const chunk = await fetching;
      remember(runUid, chunk);
      return chunk;
    },

    async prefetch(runUid, input) {
      if (reading.has(runUid) || known(runUid, input) !== undefined) return;
      const fetching = prefetchChunk(runUid, input);
      announce(runUid, fetching);
      const chunk = await fetching;
      if (chunk !== null) remember(runUid, chunk);
    },

    async firstOf(runUid, input) {
      const found = await definitionOf(runUid);
      if (found === null || found.inputs !== null) return 0;
      const near = known(runUid, input);
      return near?.first ?? new ItemReader(await itemOf(runUid, input, 'strong')).number('first');
    },
  };
}

function holds({ first, inputs }: InputChunk, input: number): boolean {
  return input >= first && input < first + inputs.length;
}
