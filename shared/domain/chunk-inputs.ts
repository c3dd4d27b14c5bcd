import { blockOf, type InputChunk, type StoredInput } from './input.ts';

/** Chunk size for the inputs of a body: 16 KB of JSON compress to about 4 KB, which are read for one input. */
const BODY_CHUNK_BYTES = 16 * 1024;
/** Chunk size for an upload. Most of its chunks are S3 objects; a PUT costs as much as eight write units, so fewer. */
export const UPLOAD_CHUNK_BYTES = 64 * 1024;

/** Splits a sequence of inputs into chunks. */
export interface InputChunker {
  /** Adds the next input, of `bytes` bytes. Returns the chunk before it if this input begins a new one, else null. */
  add(input: StoredInput, bytes: number): InputChunk | null;
  /** The last chunk; null where there was no input. */
  end(): InputChunk | null;
}

/** A chunker for chunks of at most `maxBytes` (or one input). No chunk crosses the end of a block. */
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
