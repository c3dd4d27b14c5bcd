import type { StoredInput } from '../../domain/input.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { UploadSpan } from '../../domain/upload.ts';
import type { UploadInputs } from '../../engine/launch/upload-ports.ts';
import { Lru } from '../lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { type InputChunk, unpackInputs } from './input-chunks.ts';
import { CHUNK_PREFIX, keys, runPartition } from './keys.ts';
import type { Table } from './table.ts';

/** A definition, and its inputs where they lie within it. */
export interface DefinitionInHand {
  readonly definition: RunDefinition;
  readonly inputs: readonly StoredInput[] | null;
}

/** Inputs of runs, wherever they lie: in the definition, in chunks beside it, or in an upload. */
export interface InputReader {
  /** The inputs that lie together with one. Throws where the run has no such input. */
  chunkOf(runUid: string, input: number): Promise<InputChunk>;
  /** Index of the first of them; nothing is fetched for it but the key. */
  firstOf(runUid: string, input: number): Promise<number>;
}

const CACHED_RUNS = 200;
/** Inputs in hand lie in two chunks at most, but for those that linger. */
const CHUNKS_A_RUN = 2;

export function createInputReader(
  table: Table,
  uploads: UploadInputs,
  definitionOf: (runUid: string) => Promise<DefinitionInHand | null>,
): InputReader {
  const cached = new Lru<readonly InputChunk[]>(CACHED_RUNS);
  const reading = new Map<string, Promise<unknown>>();

  function known(runUid: string, input: number): InputChunk | undefined {
    return cached.get(runUid)?.find((chunk) => holds(chunk, input));
  }

  /** The item of the chunk or span that an input lies in. */
  async function itemOf(runUid: string, input: number, consistency: 'strong' | 'eventual'): Promise<Item> {
    const { items } = await table.query({
      pk: runPartition(runUid),
      from: CHUNK_PREFIX,
      to: keys.chunk(runUid, input).sk,
      order: 'descending',
      limit: 1,
      consistency,
    });
    if (items[0] !== undefined) return items[0];
    if (consistency === 'strong') throw new Error(`Run ${runUid} lacks the chunk of input ${input}.`);
    return itemOf(runUid, input, 'strong');
  }

  async function fetchChunk(
    { definition }: DefinitionInHand,
    input: number,
    consistency: 'strong' | 'eventual',
  ): Promise<InputChunk> {
    const item = await itemOf(definition.uid, input, consistency);
    const chunk = { first: new ItemReader(item).number('first'), inputs: await inputsOf(definition, item) };
    if (holds(chunk, input)) return chunk;
    // Written just now, the nearest that is seen may not be the nearest there is.
    if (consistency === 'eventual') return fetchChunk({ definition, inputs: null }, input, 'strong');
    throw new Error(`Run ${definition.uid} has no input ${input}.`);
  }

  async function inputsOf({ workspaceUid, upload }: RunDefinition, item: Item): Promise<readonly StoredInput[]> {
    const packed = new ItemReader(item).bytesOrNull('inputs');
    if (packed !== null || upload === undefined) return unpackInputs(packed ?? new Uint8Array());
    return uploads.readSpan(workspaceUid, upload, spanFromItem(item));
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
      const fetching = fetchChunk(found, input, 'eventual');
      reading.set(
        runUid,
        fetching.catch(() => undefined).finally(() => reading.delete(runUid)),
      );
      const chunk = await fetching;
      cached.set(runUid, [chunk, ...(cached.get(runUid) ?? [])].slice(0, CHUNKS_A_RUN));
      return chunk;
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

/** A span as it is stored, under the key of a chunk. */
export function spanToRecord({ first, line, offset, bytes }: UploadSpan): object {
  return { first, line, offset, bytes };
}

function spanFromItem(item: Item): UploadSpan {
  const read = new ItemReader(item);
  return {
    first: read.number('first'),
    line: read.number('line'),
    offset: read.number('offset'),
    bytes: read.number('bytes'),
  };
}

/** Uploads for a function that has no leave to read them: it meets none, so asking is a fault of ours. */
export const noUploads: UploadInputs = {
  readSpan: (_, { uid }) => Promise.reject(new Error(`This function may not read the upload ${uid}.`)),
};
