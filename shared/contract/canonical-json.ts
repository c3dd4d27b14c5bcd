import { decimalValue } from '../domain/decimal-value.ts';
import { isLosslessNumber } from '../domain/lossless-json.ts';

/** The same text for the same JSON value, in whatever order its properties were written (in the manner of RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join()}]`;
  if (isLosslessNumber(value)) return decimalValue(value.rawJSON);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const properties = Object.entries(value)
    .filter(([, property]) => property !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, property]) => `${JSON.stringify(name)}:${canonicalJson(property)}`);
  return `{${properties.join()}}`;
}
