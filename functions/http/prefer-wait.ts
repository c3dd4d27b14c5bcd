import { EngineError } from '../../shared/domain/errors.ts';
import { LIVE_WAIT_SECONDS } from '../../shared/domain/live-page.ts';

/** Preferences are parted by commas, but for those within quotes. */
const PREFERENCE = /(?:[^,"]|"(?:\\.|[^"\\])*"?)+/g;
/** A name and perhaps a value; what follows a semicolon are parameters, and `wait` has none. */
const NAMED = /^\s*([^\s=;]+)\s*(?:=\s*("(?:\\.|[^"\\])*"|[^\s;]*))?/;

/**
 * The seconds of `wait` in a Prefer header (RFC 7240 §4.3), or null. Of a repeated preference the first counts, names
 * are case-insensitive, preferences that are not known are passed over (§2). BAD_INPUT for a wait that is out of range.
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
