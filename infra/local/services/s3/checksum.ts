import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsServiceError } from '../service.ts';

/** Computes a body's size, MD5 and requested checksums while it is read. */
export interface BodyWatch {
  readonly watched: AsyncIterable<Uint8Array>;
  readonly size: () => number;
  readonly md5: () => string;
  /** Throws BadDigest where a checksum that the caller sent is not the body's. */
  verify(sent: ReadonlyMap<string, string>): void;
}

const hashes: Readonly<Record<string, string>> = { 'x-amz-checksum-sha1': 'sha1', 'x-amz-checksum-sha256': 'sha256' };

/** `sent` names the checksums to compute: those known before the body comes (trailers are announced). */
export function watchBody(body: AsyncIterable<Uint8Array>, announced: readonly string[]): BodyWatch {
  const md5 = createHash('md5');
  const running = new Map<string, Hash>();
  for (const name of announced) {
    const algorithm = hashes[name];
    if (algorithm !== undefined) running.set(name, createHash(algorithm));
  }
  let size = 0;
  let crc = 0;
  let digest: Buffer | undefined;
  const md5Digest = (): Buffer => (digest ??= md5.digest());
  async function* watch(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      size += chunk.length;
      md5.update(chunk);
      crc = crc32(chunk, crc);
      for (const hash of running.values()) hash.update(chunk);
      yield chunk;
    }
  }
  return {
    watched: watch(),
    size: () => size,
    md5: () => md5Digest().toString('hex'),
    verify(sent) {
      const crcBytes = Buffer.alloc(4);
      crcBytes.writeUInt32BE(crc);
      const own = new Map([
        ['x-amz-checksum-crc32', crcBytes.toString('base64')],
        ['content-md5', md5Digest().toString('base64')],
        ...[...running].map(([name, hash]) => [name, hash.digest('base64')] as const),
      ]);
      for (const [name, value] of sent) {
        const computed = own.get(name);
        if (computed === undefined || computed === value) continue;
        throw new AwsServiceError('BadDigest', `The ${name} you specified did not match what we received.`);
      }
    },
  };
}
