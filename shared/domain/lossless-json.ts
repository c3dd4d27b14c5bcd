import { decimalValue } from './decimal-value.ts';
import { closingQuote, QUOTE } from './json-text.ts';

/** A number whose value JavaScript cannot hold, as it was written. JSON.stringify writes it so again (JSON.rawJSON). */
export interface LosslessNumber {
  readonly rawJSON: string;
}

// The standard library's types do not have these two yet (ECMAScript proposal "JSON.parse source text access").
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON: (text: string) => LosslessNumber;
  isRawJSON: (value: unknown) => value is LosslessNumber;
};

/** Whether a value is a number that JavaScript cannot hold; a caller's own `{"rawJSON": "1"}` is not. */
export const isLosslessNumber = isRawJSON;

/** Whether a value is an object of JSON: neither null, a list, nor a {@link LosslessNumber}, which has the type object. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** Only a text with 16 digits or an exponent of three can hold one. */
const MAY_LOSE = /[\d.]{16}|\d[eE][+-]?\d{3}/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const SHORTEST_TO_LOSE = '1e999'.length;
/** Neither an exponent nor an idle zero: two such texts that differ are different numbers. */
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;
/** So many digits fit a double of the normal range (IEEE 754, DBL_DIG, DBL_MIN). */
const DIGITS_HELD = 15;
const SMALLEST_NORMAL = 2 ** -1022;

/** So many such numbers a text may hold: 18 digits each, they alone would fill a body. More would only cost time. */
export const MAX_LOSSLESS_NUMBERS = 250_000;

/** Above this a double stands for the number of its place in a list. Every number so large has one. */
const PLACE_UNIT = 1e250;

/**
 * JSON.parse that loses no number. One whose decimal value a double has not (9007199254740993, 1e400) becomes a
 * {@link LosslessNumber}; `1.0` is 1 and `-0` is 0. A reviver would see all numbers of a text for the sake of one, which
 * takes seconds for millions: those that do not fit are replaced in the text by doubles that nothing else can be.
 * Throws SyntaxError as JSON.parse does, RangeError beyond {@link MAX_LOSSLESS_NUMBERS}.
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
    return JSON.parse(text); // throws the error that speaks of the text as it was given
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

/** What is to stand in a number's place; null: JSON.parse gives it as it is. */
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

/** The value with its numbers where their places stand; objects and lists stay the same ones. */
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

/** What may be the place of a number or hold one. */
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
