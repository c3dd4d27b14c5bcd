import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

type Data = string | ArrayBuffer | ArrayBufferView;

/** Bytes SHA-256 works through at a time (FIPS 180-4). */
const BLOCK_BYTES = 64;

/**
 * SHA-256 and its HMAC (RFC 2104), in place of the SDK's class for Node. Node's hash in one call takes a quarter of the
 * time of its objects, and its HMAC, which first finds out what kind of key it was handed, five times that of this one.
 */
export class Sha256Node {
  readonly digestLength = 32;
  readonly #secret: Buffer | null;
  #parts: Buffer[] = [];

  constructor(secret?: Data) {
    this.#secret = secret === undefined ? null : bytesOf(secret);
  }

  update(data: Data): void {
    this.#parts.push(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    const message = this.#parts;
    if (this.#secret === null) return Promise.resolve(sha256(message));
    const inner = sha256([padded(this.#secret, 0x36), ...message]);
    return Promise.resolve(sha256([padded(this.#secret, 0x5c), inner]));
  }

  reset(): void {
    this.#parts = [];
  }
}

function sha256(parts: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = parts;
  return hash('sha256', parts.length === 1 ? only : Buffer.concat(parts), 'buffer');
}

function padded(secret: Buffer, pad: number): Buffer {
  const key = secret.length > BLOCK_BYTES ? sha256([secret]) : secret;
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  for (const [at, byte] of key.entries()) block[at] = byte ^ pad;
  return block;
}

/** A view: nobody changes what was handed over before the digest is taken. */
function bytesOf(data: Data): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
