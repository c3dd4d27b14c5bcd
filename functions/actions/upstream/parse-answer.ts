import { LIMITS } from '../../../shared/domain/limits.ts';
import { readJson } from '../../../shared/domain/read-json.ts';
import { isGzip } from '../../../shared/domain/upload.ts';
import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { decodeText } from './decode-text.ts';

/** The part around the items may be as deep as an item. */
const MAX_DEPTH = 2 * LIMITS.jsonDepth;

/**
 * The JSON of an answer; numbers keep their text. Null for an answer without a body, which on the first page must be a
 * 204. Throws Permanent if it is not JSON, or not JSON that the API would accept as a body (depth, size, names).
 */
export function parseAnswer(
  bytes: Buffer,
  response: Response,
  page: { readonly what: string; readonly isFirst: boolean },
): unknown {
  if (isGzip(bytes)) throw new Permanent(`${page.what} gave gzip, which no Content-Encoding header of it says`);
  const decoded = decodeText(bytes, response.headers.get('content-type'));
  if ('message' in decoded) throw new Permanent(`${page.what} gave an answer that ${decoded.message}`);
  if (decoded.text.trim() === '') {
    if (response.status === 204 || !page.isFirst) return null;
    throw new Permanent(`${page.what} gave no JSON: its body is empty`);
  }
  const read = readJson(decoded.text, MAX_DEPTH);
  if (!('refusal' in read)) return read.json;
  const { kind, path, message } = read.refusal;
  if (kind === 'not_json') throw new Permanent(`${page.what} gave no JSON: its body ${message}`);
  throw new Permanent(`${page.what} gave JSON that is refused: ${path === '' ? '' : `${path} `}${message}`);
}
