import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BadGzip, type UploadObjects } from '../engine/launch/upload-ports.ts';

/** Bytes that come out at a time: what is held of a file that swells, however much it would. */
const CHUNK_BYTES = 1024 * 1024;

/** Unzips with zlib, members one after another. Whoever stops reading stops it. */
export const unzip: UploadObjects['unzip'] = async function* unzip(chunks) {
  const source = Readable.from(chunks);
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) if (chunk instanceof Uint8Array) yield chunk;
  } catch (error) {
    // zlib's own codes, such as Z_DATA_ERROR; all else is of what was read.
    const isOfZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    throw isOfZlib ? new BadGzip(error.message, { cause: error }) : error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
};
