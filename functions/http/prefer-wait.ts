import { EngineError } from '../../shared/domain/errors.ts';
import { LIVE_WAIT_SECONDS } from '../../shared/domain/live-page.ts';

/** One preference: they are separated by commas outside of quotes. */
const PREFERENCE = /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g;
/** A name and an optional value. Parameters follow a semicolon; `wait` has none, so they are ignored. */
const NAMED = /^\s*([^\s=;]+)\s*(?:=\s*("(?:\\.|[^"\\])*"|[^\s;]*))?/;

/**
 * The seconds of `wait` in a Prefer header (RFC 7240 §4.3), or null. The first of a repeated preference counts, names
 * are case-insensitive, and unknown preferences are ignored (§2). Throws BAD_INPUT for a wait that is out of range.
 */
export function readPreferredWait(header: string | undefined): number | null {
  for (const [text] of (header ?? '').matchAll(PREFERENCE)) {
    const [, name = '', value = ''] = NAMED.exec(text) ?? [];
    if (name.toLowerCase() !== 'wait') continue;
    const plain = value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
    const seconds = /^\d+$/.test(plain) ? Number(plain) : Number.NaN;
    if (seconds >= LIVE_WAIT_SECONDS.least && seconds <= LIVE_WAIT_SECONDS.most) return seconds;
    throw outOfRange(plain);
  }
  return null;
}

function outOfRange(given: string): EngineError {
  const { least, most } = LIVE_WAIT_SECONDS;
  const message = `wait must be a whole number of seconds from ${least} to ${most}, as in \`Prefer: wait=10\`; it is ${given === '' ? 'empty' : given.slice(0, 20)}`;
  return new EngineError('BAD_INPUT', `header: Prefer: ${message}`, {
    validationErrors: [{ path: 'Prefer', message }],
  });
}
