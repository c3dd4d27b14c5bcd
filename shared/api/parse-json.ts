import { EngineError } from '../domain/errors.ts';
import { findTooMany, type TooMany } from '../domain/json-counts.ts';
import { formatPath } from '../domain/json-path.ts';
import { inputsOverLimit } from '../domain/limits.ts';
import { decodeJson, type JsonRead, readJson, readShallowJson } from '../domain/read-json.ts';

/**
 * Parses a body. PAYLOAD_TOO_LARGE where there is more in a part of it than can be taken; BAD_INPUT says where it stops
 * being JSON in UTF-8, or what of it is not taken.
 */
export function parseJson(body: Uint8Array): unknown {
  const decoded = decodeJson(body);
  const read = 'text' in decoded ? readBodyText(decoded.text) : decoded;
  if ('json' in read) return read.json;
  const { path, message } = read.refusal;
  const where = path === '' ? 'body' : `body: ${path}`;
  throw new EngineError('BAD_INPUT', `${where}: ${message}`, { validationErrors: [{ path, message }] });
}

/** The depth is seen by the look that counts: another would cost as much again. */
function readBodyText(text: string): JsonRead {
  const found = findTooMany(text);
  if (found === null) return readShallowJson(text);
  if (found === 'too_deep') return readJson(text);
  throw new EngineError('PAYLOAD_TOO_LARGE', describe(found));
}

function describe({ path, of, count, limit }: TooMany): string {
  const where = formatPath(path);
  if (where === 'inputs' && of === 'elements') return `inputs ${inputsOverLimit(count)}.`;
  if (of === 'different names')
    return `The body has ${count} different property names, over the limit of ${limit}; split it into several calls.`;
  return `${where || 'The body'} has ${count} ${of}, over the limit of ${limit} for any part of a body.`;
}
