import { EngineError } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import { isGzip, unzippedFault, type UploadRef } from '../../domain/upload.ts';
import { BadGzip, type UploadObjects } from './upload-ports.ts';

interface LinePorts {
  readonly uploads: Pick<UploadObjects, 'readBytes' | 'unzip'>;
}

/** The bytes of an upload's lines, in order. Where the file cannot be read, an error comes as the last item. */
export async function* readLines(
  ports: LinePorts,
  workspaceUid: string,
  upload: UploadRef,
  readBytes: number,
): AsyncGenerator<Uint8Array | EngineError> {
  const chunks = readChunks(ports, workspaceUid, upload, readBytes);
  if (upload.encoding === 'gzip') return yield* unzipLines(ports, upload, chunks);
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
  readBytes: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < upload.bytes; at += readBytes) {
    yield await uploads.readBytes(workspaceUid, upload, at, readBytes);
  }
}

async function* unzipLines(
  { uploads }: LinePorts,
  upload: UploadRef,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array | EngineError> {
  let unzippedBytes = 0;
  try {
    for await (const part of uploads.unzip(chunks)) {
      unzippedBytes += part.length;
      const fault = unzippedFault(unzippedBytes, upload.bytes, LIMITS.uploadBytes);
      if (fault !== null) return yield new EngineError('PAYLOAD_TOO_LARGE', fault);
      yield part;
    }
  } catch (error) {
    if (!(error instanceof BadGzip)) throw error;
    const message = `The upload is not valid gzip, or it is truncated or damaged after ${unzippedBytes} uncompressed bytes (${error.message}).`;
    yield new EngineError('BAD_INPUT', message, {}, { cause: error });
  }
}

function unsaidGzip(): EngineError {
  const message =
    'The upload is a gzip file. Create the upload with POST /v1/uploads {"content_encoding":"gzip"}, or send the file uncompressed.';
  return new EngineError('BAD_INPUT', message);
}
