import { significantDigits } from './decimal.ts';
import { validationError } from './errors.ts';
import type { AttributeValue, Item } from './item.ts';

/** Largest item, names included (400 KB). */
export const MAX_ITEM_BYTES = 400 * 1024;
const MAX_DEPTH = 32;
const DOCUMENT_BYTES = 3;

/**
 * Bytes of an item by AWS's rules (developer guide, "item sizes and formats"): UTF-8 names and strings, raw binary,
 * 1 byte per two digits + 1 for numbers, 3 bytes per list or map and 1 per element of one.
 * Throws a validation error for documents nested deeper than 32 levels.
 */
export function itemSize(item: Item): number {
  let bytes = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) bytes += textBytes(name) + valueSize(value, 1);
  }
  return bytes;
}

function valueSize(value: AttributeValue, depth: number): number {
  if (depth > MAX_DEPTH + 1)
    throw validationError(
      'Nesting Levels have exceeded supported limits: Attributes can be nested up to 32 levels deep',
    );
  if ('S' in value) return textBytes(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return base64Bytes(value.B);
  if ('BOOL' in value || 'NULL' in value) return 1;
  if ('SS' in value) return sum(value.SS, textBytes);
  if ('NS' in value) return sum(value.NS, numberBytes);
  if ('BS' in value) return sum(value.BS, base64Bytes);
  if ('L' in value) return DOCUMENT_BYTES + sum(value.L, (element) => 1 + valueSize(element, depth + 1));
  return (
    DOCUMENT_BYTES +
    sum(Object.entries(value.M), ([name, member]) => 1 + textBytes(name) + valueSize(member, depth + 1))
  );
}

function sum<T>(values: readonly T[], size: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += size(value);
  return total;
}

/** Length of a text in UTF-8 bytes. */
export function textBytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Length of the bytes that a base64 text stands for. */
export function base64Bytes(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

function numberBytes(value: string): number {
  return Math.ceil(significantDigits(value) / 2) + 1;
}
