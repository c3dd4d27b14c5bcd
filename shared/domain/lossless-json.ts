import { decimalValue } from './decimal-value.ts';
import { closingQuote, QUOTE } from './json-text.ts';

/**
 * A number that a double cannot hold, as it was written. JSON.stringify writes it the same way again (JSON.rawJSON).
 */
export interface LosslessNumber {
  readonly rawJSON: string;
}

// TypeScript's library does not declare these two yet (ECMAScript proposal "JSON.parse source text access").
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON: (text: string) => LosslessNumber;
  isRawJSON: (value: unknown) => value is LosslessNumber;
};

/** Whether a value is a {@link LosslessNumber}. An object `{"rawJSON": "1"}` of a caller is not. */
export const isLosslessNumber = isRawJSON;

/**
 * Whether a value is a JSON object: not null, not a list, and not a {@link LosslessNumber}, whose type is object too.
 */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** Only a text with 16 digits in a row or an exponent of three digits can contain one. */
const MAY_LOSE = /[\d.]{16}|\d[eE][+-]?\d{3}/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const SHORTEST_TO_LOSE = '1e999'.length;
/** A number without exponent and without superfluous zeros: two such texts that differ are different numbers. */
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
/** A double of the normal range holds every number of this many digits (IEEE 754, DBL_DIG, DBL_MIN). */
const DIGITS_HELD = 15;
const SMALLEST_NORMAL = 2 ** -1022;

/** The most such numbers in a text. With 18 characters each they fill a whole body; more would only cost time. */
export const MAX_LOSSLESS_NUMBERS = 250_000;

/**
 * A double of at least this size in the replaced text is a placeholder; its multiple of 1e250 counts the kept numbers.
 * Every number this large gets one, even a number that a double holds.
 */
const PLACE_UNIT = 1e250;

/**
 * JSON.parse that loses no number. A number that a double cannot hold (9007199254740993, 1e400) becomes a {@link
 * LosslessNumber}; `1.0` is 1 and `-0` is 0. Such numbers are replaced in the text by placeholder doubles before it is
 * parsed, because a reviver would be called for every value, which takes seconds for millions. Throws SyntaxError as
 * JSON.parse does, and RangeError beyond {@link MAX_LOSSLESS_NUMBERS}.
 */
export function parseLosslessJson(text: string): unknown {
  if (!MAY_LOSE.test(text)) return JSON.parse(text);
  const { replaced, numbers } = replaceNumbers(text);
  if (numbers.length === 0) return JSON.parse(text);
  return putBack(parse(replaced, text), numbers);
}

function parse(replaced: string, text: string): unknown {
  try {
    return JSON.parse(replaced);
  } catch {
    return JSON.parse(text); // throws the error about the original text
  }
}

type KeptNumber = number | LosslessNumber;

function replaceNumbers(text: string): { readonly replaced: string; readonly numbers: readonly KeptNumber[] } {
  const numbers: KeptNumber[] = [];
  let replaced = '';
  let copiedTo = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (isDigit(code) || code === MINUS) {
      const end = numberEnd(text, at);
      const kept = end - at < SHORTEST_TO_LOSE ? null : keep(text.slice(at, end));
      if (kept !== null) {
        if (numbers.length === MAX_LOSSLESS_NUMBERS) throw new RangeError('The text holds too many lossless numbers.');
        numbers.push(kept);
        replaced += `${text.slice(copiedTo, at)}${numbers.length}e250`;
        copiedTo = end;
      }
      at = end - 1;
    }
  }
  return { replaced: replaced + text.slice(copiedTo), numbers };
}

/** What to put back for a number; null: it needs no placeholder, JSON.parse reads it right. */
function keep(token: string): KeptNumber | null {
  if (!NUMBER.test(token)) return null;
  const number = Number(token);
  if (!isHeld(token, number)) return rawJSON(token);
  return Math.abs(number) >= PLACE_UNIT ? number : null;
}

function isHeld(token: string, number: number): boolean {
  const size = Math.abs(number);
  if (size === Infinity) return false;
  if (token.length <= DIGITS_HELD && size >= SMALLEST_NORMAL) return true;
  const text = String(number);
  if (text === token) return true;
  if (PLAIN.test(token) && PLAIN.test(text)) return false;
  return decimalValue(text) === decimalValue(token);
}

/** Replaces the placeholders in a value by their numbers. Objects and lists are changed in place. */
function putBack(value: unknown, numbers: readonly KeptNumber[]): unknown {
  if (typeof value === 'number') return value < PLACE_UNIT ? value : numbers[Math.round(value / PLACE_UNIT) - 1];
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const member: unknown = value[at];
      if (isPlace(member)) value[at] = putBack(member, numbers);
    }
  } else {
    const members = value as Record<string, unknown>; // cast: neither null nor a list
    for (const name in members) {
      const member = members[name];
      if (isPlace(member)) members[name] = putBack(member, numbers);
    }
  }
  return value;
}

/** Whether a member may be a placeholder or contain one. */
function isPlace(member: unknown): boolean {
  return typeof member === 'object' ? member !== null : typeof member === 'number' && member >= PLACE_UNIT;
}

const MINUS = '-'.charCodeAt(0);
const PLUS = '+'.charCodeAt(0);
const DOT = '.'.charCodeAt(0);
const SMALL_E = 'e'.charCodeAt(0);
const LARGE_E = 'E'.charCodeAt(0);

function numberEnd(text: string, start: number): number {
  let at = start + 1;
  while (isOfNumber(text.charCodeAt(at))) at += 1;
  return at;
}

function isOfNumber(code: number): boolean {
  return isDigit(code) || code === DOT || code === SMALL_E || code === LARGE_E || code === PLUS || code === MINUS;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
