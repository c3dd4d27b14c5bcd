import { formsOf, needlesOf } from './secret-forms.ts';

/** Finds and masks the values of secrets in texts. */
export interface SecretMask {
  /** Adds a value, and the parts of it that may appear alone. */
  learn(name: string, value: string): void;
  /** The text with `[secret NAME]` for each known value, however it is written (secret-forms.ts). */
  mask(text: string): string;
  /** The name of a known value that the text contains, or null. */
  find(text: string): string | null;
}

/** Shorter texts are ignored: they appear by chance. */
const MIN_LENGTH = 4;
/** A word of a value, such as the token after `Bearer`, is also searched alone from this length on. */
const MIN_WORD_LENGTH = 8;
/** A long value is searched in pieces: each pattern stays small, and a part of the value is found too. */
const PIECE_LENGTH = 64;
/** How many pieces are remembered. Older ones, e.g. of rotated values, are forgotten first. */
const MAX_KNOWN = 500;

interface Known {
  readonly name: string;
  readonly needles: readonly string[];
  /** Made when a text is first masked. */
  pattern: RegExp | null;
}

/** A mask without any values. */
export function createSecretMask(): SecretMask {
  const known = new Map<string, Known>();

  function add(name: string, value: string): void {
    if (value.length < MIN_LENGTH || known.has(value)) return;
    known.set(value, { name, needles: needlesOf(value), pattern: null });
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  }

  return {
    learn(name, value) {
      for (const part of partsOf(value)) for (const piece of piecesOf(part)) add(name, piece);
    },
    mask(text) {
      let masked = text;
      // The longest first, because a value may be part of another.
      for (const [value, entry] of [...known].sort(([a], [b]) => b.length - a.length)) {
        entry.pattern ??= formsOf(value);
        masked = masked.replace(entry.pattern, `[secret ${entry.name}]`);
      }
      return masked.replace(/(\[secret [A-Z0-9_]+\])\1+/g, '$1');
    },
    find(text) {
      for (const { name, needles } of known.values()) if (needles.some((needle) => text.includes(needle))) return name;
      return null;
    },
  };
}

/** A value and its parts that may appear alone: the token after a scheme, the credentials of Basic, texts in JSON. */
function partsOf(value: string): readonly string[] {
  const inner = textsOf(readJson(value));
  const [, scheme = '', word = ''] = /^([A-Za-z][\w-]*) +(\S+)$/.exec(value) ?? [];
  const words = scheme.toLowerCase() === 'basic' ? [word, ...credentialsOf(word)] : [word];
  return [value, ...words.filter(({ length }) => length >= MIN_WORD_LENGTH), ...inner.flatMap(partsOf)];
}

/** The credentials that Basic encodes in base64: user and password together, and the password alone (RFC 7617). */
function credentialsOf(word: string): readonly string[] {
  const text = Buffer.from(word, 'base64').toString();
  return [text, text.slice(text.indexOf(':') + 1)];
}

function readJson(text: string): unknown {
  try {
    return text.startsWith('{') ? JSON.parse(text) : null;
  } catch {
    return null; // not JSON: an ordinary text
  }
}

/**
 * The secret texts in a JSON object: its header's `value`, or its longer texts except URLs, which say where it may go.
 */
function textsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { value: header } = Object.assign({ value: null }, value);
  if (typeof header === 'string') return [header];
  return Object.values(value).filter((text) => typeof text === 'string' && text.length >= 12 && !URL.canParse(text));
}

function piecesOf(value: string): readonly string[] {
  const count = Math.max(1, Math.floor(value.length / PIECE_LENGTH));
  const at = (piece: number): number => (piece === count ? value.length : piece * PIECE_LENGTH);
  return Array.from({ length: count }, (_, piece) => value.slice(at(piece), at(piece + 1)));
}
