import { blockOf, type InputChunk, type StoredInput } from './input.ts';

// 16 KB of JSON compress to about 4 KB, and a chunk stays one or two write units per KB of what was sent.
const CHUNK_BYTES = 16 * 1024;

/** Parts inputs into chunks, as they come. */
export interface InputChunker {
  /** Takes the next input, of so many bytes; gives the chunk before it, where this one begins another. */
  add(input: StoredInput, bytes: number): InputChunk | null;
  /** The last chunk, null where there was no input. */
  end(): InputChunk | null;
}

/** Chunks of about 16 KB of JSON, at least one input each; none reaches over the end of a block. */
export function createInputChunker(): InputChunker {
  let open: { readonly first: number; readonly inputs: StoredInput[] } | null = null;
  let next = 0;
  let size = 0;
  return {
    add(input, bytes) {
      const goesOn = open !== null && size + bytes <= CHUNK_BYTES && blockOf(open.first) === blockOf(next);
      const closed = goesOn ? null : open;
      if (open === null || !goesOn) open = { first: next, inputs: [] };
      size = (goesOn ? size : 0) + bytes;
      open.inputs.push(input);
      next += 1;
      return closed;
    },
    end: () => open,
  };
}

/** All of some inputs in chunks. */
export function chunkInputs(inputs: readonly StoredInput[]): readonly InputChunk[] {
  const chunker = createInputChunker();
  const chunks = inputs.map((input) => chunker.add(input, Buffer.byteLength(JSON.stringify(input))));
  return [...chunks, chunker.end()].filter((chunk) => chunk !== null);
}
