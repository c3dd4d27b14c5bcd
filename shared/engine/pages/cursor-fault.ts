import { EngineError } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';

/** The error for a next cursor that is too long for a queue message, or for the URL of the next live page; or null. */
export function cursorFault(cursor: string | null, inUrl: boolean): EngineError | null {
  const bytes = Buffer.byteLength(cursor ?? '');
  const limit = inUrl ? LIMITS.liveCursorBytes : LIMITS.cursorBytes;
  if (bytes <= limit) return null;
  const way = inUrl && bytes <= LIMITS.cursorBytes ? 'Start an async run.' : 'The action must return a shorter cursor.';
  const place = inUrl ? ' in a live call' : '';
  const text = `The cursor of the next page has ${bytes} bytes, over the limit of ${limit}${place}. ${way}`;
  return new EngineError('PAYLOAD_TOO_LARGE', text);
}
