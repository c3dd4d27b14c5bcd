import { decimalValue } from '../domain/decimal-value.ts';
import { isLosslessNumber } from '../domain/lossless-json.ts';

/** The same text for the same JSON value, in whatever order its properties were written (in the manner of RFC 8785). */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join()}]`;
  if (isLosslessNumber(value)) return decimalValue(value.rawJSON);
  const properties = value as Readonly<Record<string, unknown>>; // cast: neither null nor a list
  // Written on and on, not listed and joined: a body has up to a hundred thousand small objects.
  let text = '';
  for (const name of Object.keys(properties).sort()) {
    const property = properties[name];
    if (property === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(property)}`;
  }
  return `{${text}}`;
}
