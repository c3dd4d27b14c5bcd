import { decimalValue } from '../domain/decimal-value.ts';
import { isLosslessNumber } from '../domain/lossless-json.ts';

/** The same text for the same JSON value, in whatever order its properties were written (in the manner of RFC 8785). */
export function canonicalJson(value: unknown): string {
  // Most of a hundred thousand inputs are so, and five times as fast.
  if (isWrittenSo(value, 2)) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join()}]`;
  if (isLosslessNumber(value)) return decimalValue(value.rawJSON);
  const properties = value as Readonly<Record<string, unknown>>; // cast: neither null nor a list
  let text = '';
  for (const name of Object.keys(properties).toSorted((a, b) => (a < b ? -1 : 1))) {
    const property = properties[name];
    if (property === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(property)}`;
  }
  return `{${text}}`;
}

/**
 * Whether JSON.stringify writes a value so as it is: no list nor lossless number in it, objects to that depth with
 * their names in order. No deeper, or each level of a deep one would be looked at once for every level above.
 */
function isWrittenSo(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0 || Array.isArray(value) || isLosslessNumber(value)) return false;
  const properties = value as Readonly<Record<string, unknown>>; // cast: as above
  let last = '';
  for (const name of Object.keys(properties)) {
    const property = properties[name];
    if (name < last || (typeof property === 'object' && !isWrittenSo(property, levels - 1))) return false;
    last = name;
  }
  return true;
}
