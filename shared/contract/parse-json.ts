import { EngineError } from '../domain/errors.ts';
import { readJsonBytes } from '../domain/read-json.ts';

/** Parses a body. BAD_INPUT says where it stops being JSON in UTF-8, or what of it is not taken. */
export function parseJson(body: Uint8Array): unknown {
  const read = readJsonBytes(body);
  if ('json' in read) return read.json;
  const { path, message } = read.refusal;
  const where = path === '' ? 'body' : `body: ${path}`;
  throw new EngineError('BAD_INPUT', `${where}: ${message}`, { validationErrors: [{ path, message }] });
}
