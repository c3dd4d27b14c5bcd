import { harmless } from './harmless.ts';
import { cellText, isRecord } from './table.ts';

/** A line of a record: a name, and what is there. */
type Line = readonly [name: string, text: string];

/**
 * A record for a person, a line for each of its fields that has a value. A field of a field is named `limits.live`, and
 * an object without further ones stands in one line: `per_second 20, burst 40`.
 */
export function recordText(record: object): string {
  const lines = Object.entries(record).flatMap(([name, value]) => linesOf(harmless(name), value));
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join('');
}

function linesOf(name: string, value: unknown): readonly Line[] {
  if (Array.isArray(value)) {
    if (!value.some(isRecord)) return value.length === 0 ? [] : [[name, value.map(cellText).join(', ')]];
    // a line each, the name beside the first
    return value.map((item, at) => [at === 0 ? name : '', isRecord(item) ? phraseOf(item) : cellText(item)]);
  }
  if (!isRecord(value)) return value === null || value === undefined ? [] : [[name, cellText(value)]];
  if (!Object.values(value).some(isRecord)) {
    const phrase = phraseOf(value);
    return phrase === '' ? [] : [[name, phrase]];
  }
  return Object.entries(value).flatMap(([part, inner]) => linesOf(`${name}.${harmless(part)}`, inner));
}

/** `total 2, succeeded 1`: the fields that have a value. */
function phraseOf(record: Readonly<Record<string, unknown>>): string {
  return Object.entries(record)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${harmless(name)} ${cellText(value)}`)
    .join(', ');
}
