import { Permanent } from '../../../shared/sdk/action-errors.ts';

/** The body, up to `maxBytes`. Throws Permanent PAYLOAD_TOO_LARGE for a longer one, whose rest is not read. */
export async function readBody(response: Response, maxBytes: number, what: string): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, bytes);
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new Permanent(`${what} gave more than ${maxBytes} bytes`, { label: 'PAYLOAD_TOO_LARGE' });
    }
    chunks.push(value);
  }
}
