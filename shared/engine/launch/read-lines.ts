import { EngineError } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import { isGzip, PIECE_BYTES, unzippedFault, type UploadRef } from '../../domain/upload.ts';
import { BadGzip, type UploadObjects } from './upload-ports.ts';

interface LinePorts {
  readonly uploads: Pick<UploadObjects, 'readBytes' | 'writePiece' | 'unzip'>;
}

/**
 * The bytes of an upload's lines in their order. Those of a gzip file are written down in pieces before they are given
 * on, since spans of it cannot be read. An error comes where there are no lines in it, and is the last.
 */
export async function* readLines(
  ports: LinePorts,
  workspaceUid: string,
  upload: UploadRef,
  chunkBytes: number,
): AsyncGenerator<Uint8Array | EngineError> {
  const chunks = readChunks(ports, workspaceUid, upload, chunkBytes);
  if (upload.encoding === 'gzip') return yield* unzipLines(ports, workspaceUid, upload, chunks);
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && isGzip(chunk)) return yield unsaidGzip();
    isFirst = false;
    yield chunk;
  }
}

async function* readChunks(
  { uploads }: LinePorts,
  workspaceUid: string,
  upload: UploadRef,
  chunkBytes: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < upload.bytes; at += chunkBytes) {
    yield await uploads.readBytes(workspaceUid, upload, at, chunkBytes);
  }
}

async function* unzipLines(
  { uploads }: LinePorts,
  workspaceUid: string,
  upload: UploadRef,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array | EngineError> {
  let index = 0;
  let unzippedBytes = 0;
  let parts: Uint8Array[] = [];
  let held = 0;
  try {
    for await (const part of uploads.unzip(chunks)) {
      unzippedBytes += part.length;
      const fault = unzippedFault(unzippedBytes, upload.bytes, LIMITS.uploadBytes);
      if (fault !== null) return yield new EngineError('PAYLOAD_TOO_LARGE', fault);
      parts.push(part);
      held += part.length;
      if (held < PIECE_BYTES) continue;
      const bytes = Buffer.concat(parts);
      const piece = bytes.subarray(0, PIECE_BYTES);
      await uploads.writePiece(workspaceUid, upload, index, piece);
      yield piece;
      index += 1;
      parts = [bytes.subarray(PIECE_BYTES)];
      held -= PIECE_BYTES;
    }
  } catch (error) {
    if (!(error instanceof BadGzip)) throw error;
    const message = `The upload was said to be gzip and is not, or is cut off or damaged after ${unzippedBytes} bytes of its lines (${error.message}).`;
    return yield new EngineError('BAD_INPUT', message, {}, { cause: error });
  }
  if (held === 0) return;
  const rest = Buffer.concat(parts);
  await uploads.writePiece(workspaceUid, upload, index, rest);
  yield rest;
}

function unsaidGzip(): EngineError {
  const message =
    'The upload is a gzip file. Say so when you open it, POST /v1/uploads {"content_encoding":"gzip"}, or put its lines uncompressed.';
  return new EngineError('BAD_INPUT', message);
}
