import type { StoredInput } from '../../domain/input.ts';
import { compress, decompress } from './compress.ts';

// 16 KB of JSON compress to about 4 KB, and a chunk stays one or two write units per KB of what was sent.
const CHUNK_RAW_BYTES = 16 * 1024;

/** Inputs that lie together, from the index of the first. */
export interface InputChunk {
  readonly first: number;
  readonly inputs: readonly StoredInput[];
}

/** Parts inputs into chunks of about 16 KB of JSON, at least one input each. */
export function chunkInputs(inputs: readonly StoredInput[]): readonly InputChunk[] {
  const chunks: { first: number; inputs: StoredInput[] }[] = [];
  let bytes = Infinity;
  for (const [index, input] of inputs.entries()) {
    const size = Buffer.byteLength(JSON.stringify(input));
    let chunk = chunks.at(-1);
    if (chunk === undefined || bytes + size > CHUNK_RAW_BYTES) {
      chunk = { first: index, inputs: [] };
      chunks.push(chunk);
      bytes = 0;
    }
    chunk.inputs.push(input);
    bytes += size;
  }
  return chunks;
}

/** A chunk's inputs as bytes: pairs of input and custom_data. */
export function packInputs(inputs: readonly StoredInput[]): Uint8Array {
  return compress(inputs.map(({ input, customData }) => [input, customData]));
}

export function unpackInputs(bytes: Uint8Array): readonly StoredInput[] {
  const pairs = decompress(bytes) as [StoredInput['input'], StoredInput['customData']][]; // cast: packed just so
  return pairs.map(([input, customData]) => ({ input, customData }));
}
