import type { InputChunk, StoredInput } from '../domain/input.ts';
import type { RunDefinition } from '../domain/run.ts';
import { Lru } from '../process/lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { readChunk } from './input-chunks.ts';
import { CHUNK_PREFIX, keys, runPartition } from './keys.ts';
import type { LargeObjects } from './progress-store.ts';
import type { Table } from './table.ts';

/** A definition, and its inputs where they lie within it. */
export interface DefinitionInHand {
  readonly definition: RunDefinition;
  readonly inputs: readonly StoredInput[] | null;
}

/** Inputs of runs, wherever they lie: in the definition, or in chunks. */
export interface InputReader {
  /** The inputs that lie together with one. Throws where the run has no such input. */
  chunkOf(runUid: string, input: number): Promise<InputChunk>;
  /** Reads the same into memory, if they lie in a chunk: beside the definition, which would say whether they do. */
  prefetch(runUid: string, input: number): Promise<void>;
  /** Index of the first of them; nothing is fetched for it but the key. */
  firstOf(runUid: string, input: number): Promise<number>;
}

const CACHED_RUNS = 200;
/** Inputs in hand lie in two chunks at most, but for those that linger. */
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

  /** The item of the chunk that an input lies in. */
  async function itemOf(runUid: string, input: number, consistency: 'strong' | 'eventual'): Promise<Item> {
    const { pk, sk } = keys.chunk(runUid, input);
    const range = { from: CHUNK_PREFIX, to: sk, order: 'descending', limit: 1 } as const;
    const { items } = await table.query({ pk, ...range, consistency });
    if (items[0] !== undefined) return items[0];
    if (consistency === 'eventual') return itemOf(runUid, input, 'strong');
    // Release 0.1.0 wrote a run's chunks beside its definition.
    const former = await table.query({ pk: runPartition(runUid), ...range, consistency });
    if (former.items[0] !== undefined) return former.items[0];
    throw new Error(`Run ${runUid} lacks the chunk of input ${input}.`);
  }

  async function fetchChunk(runUid: string, input: number, consistency: 'strong' | 'eventual'): Promise<InputChunk> {
    const chunk = await readChunk(objects, await itemOf(runUid, input, consistency), input);
    if (holds(chunk, input)) return chunk;
    // Written just now, the nearest that is seen may not be the nearest there is.
    if (consistency === 'eventual') return fetchChunk(runUid, input, 'strong');
    throw new Error(`Run ${runUid} has no input ${input}.`);
  }

  /** Null: there is none, or none is seen yet. */
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

  /** Whoever wants the same meanwhile waits for it. */
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
      // One after the other: those of a batch mostly lie together, and the first one's read serves them all.
      for (let under = reading.get(runUid); under !== undefined; under = reading.get(runUid)) await under;
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
