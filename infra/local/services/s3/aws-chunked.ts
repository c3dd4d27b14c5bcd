import { AwsServiceError } from '../service.ts';

/**
 * Unwraps an `aws-chunked` body (AWS: "Signature calculations: transferring payload in multiple chunks"): yields the
 * payload and leaves the trailing headers in `trailers`. Chunk signatures are not checked.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array> {
  const reader = createReader(source);
  for (;;) {
    const size = Number.parseInt((await reader.line()).split(';', 1)[0] ?? '', 16);
    if (Number.isNaN(size)) throw new AwsServiceError('IncompleteBody', 'A chunk of the body has no size.');
    if (size === 0) break;
    yield* reader.take(size);
    await reader.line();
  }
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    trailers.set(line.slice(0, colon).toLowerCase().trim(), line.slice(colon + 1).trim());
  }
}

interface Reader {
  /** The text up to the next CRLF; '' at the end. */
  line(): Promise<string>;
  take(size: number): AsyncGenerator<Uint8Array>;
}

function createReader(source: AsyncIterable<Uint8Array>): Reader {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return true;
  };
  return {
    async line() {
      let end = Buffer.from(rest.buffer, rest.byteOffset, rest.length).indexOf('\r\n');
      while (end < 0) {
        if (!(await more())) return '';
        end = Buffer.from(rest.buffer, rest.byteOffset, rest.length).indexOf('\r\n');
      }
      const text = Buffer.from(rest.subarray(0, end)).toString('latin1');
      rest = rest.subarray(end + 2);
      return text;
    },
    async *take(size) {
      let left = size;
      while (left > 0) {
        if (rest.length === 0 && !(await more())) {
          throw new AwsServiceError('IncompleteBody', 'The body ended inside a chunk.');
        }
        const part = rest.subarray(0, left);
        rest = rest.subarray(part.length);
        left -= part.length;
        yield part;
      }
    },
  };
}
