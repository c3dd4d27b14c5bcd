import { blockOf, type InputChunk, type StoredInput } from './input.ts';

/** A chunk of a body: 16 KB of JSON compress to about 4 KB, which is read for an input. */
const BODY_CHUNK_BYTES = 16 * 1024;
/** Of an upload, most of whose chunks are objects: a PUT costs as much as eight write units, so they are fewer. */
export const UPLOAD_CHUNK_BYTES = 64 * 1024;

/** Parts inputs into chunks, as they come. */
export interface InputChunker {
  /** Takes the next input, of so many bytes; gives the chunk before it, where this one begins another. */
  add(input: StoredInput, bytes: number): InputChunk | null;
  /** The last chunk, null where there was no input. */
  end(): InputChunk | null;
}

/** Chunks of up to so many bytes, at least one input each; none reaches over the end of a block. */
export function createInputChunker(maxBytes: number): InputChunker {
  let open: { readonly first: number; readonly inputs: StoredInput[] } | null = null;
  let next = 0;
  let size = 0;
  return {
    add(input, bytes) {
      const goesOn = open !== null && size + bytes <= maxBytes && blockOf(open.first) === blockOf(next);
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

/** The inputs of a body in chunks. */
export function chunkInputs(inputs: readonly StoredInput[]): readonly InputChunk[] {
  const chunker = createInputChunker(BODY_CHUNK_BYTES);
  const chunks = inputs.map((input) => chunker.add(input, Buffer.byteLength(JSON.stringify(input))));
  return [...chunks, chunker.end()].filter((chunk) => chunk !== null);
}
