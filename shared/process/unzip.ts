import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadGzip, type UploadObjects } from '../engine/launch/upload-ports.ts';

/** Bytes of output at a time: bounds the memory, however large the unzipped file is. */
const CHUNK_BYTES = 1024 * 1024;

/** Unzips gzip with zlib, also several members one after another. Ends when the reader stops. Throws BadGzip. */
export const unzip: UploadObjects['unzip'] = async function* unzip(chunks) {
  const source = Readable.from(chunks);
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    // Codes of zlib begin with Z_, such as Z_DATA_ERROR; any other error came from reading the source.
    const isOfZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    throw isOfZlib ? new BadGzip(error.message, { cause: error }) : error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
};
