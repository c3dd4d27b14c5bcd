import { orderedDecimal } from './decimal.ts';
import { validationError } from './errors.ts';
import { base64Bytes, textBytes } from './item-size.ts';
import { type AttributeValue, type Item, typeOf } from './item.ts';

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  /** Null: no sort key. */
  readonly range: KeyAttribute | null;
}

/** Where an item lies: both parts are strings whose code-unit order is DynamoDB's order. */
export interface ItemKey {
  readonly partition: string;
  readonly sort: string;
}

/** Ends the sort value inside a key; the escape of a NUL is greater, so `a` sorts before `a\0`. */
export const SORT_END = '\0\0';
/** Just above every key with that sort value. */
export const AFTER_SORT_END = '\0\u0001';
const MAX_HASH_BYTES = 2048;
const MAX_RANGE_BYTES = 1024;

export function schemaAttributes(schema: KeySchema): readonly KeyAttribute[] {
  return schema.range === null ? [schema.hash] : [schema.hash, schema.range];
}

/** The key of an item in a table. The item's key attributes must have been checked. */
export function tableKey(schema: KeySchema, item: Item): ItemKey {
  return { partition: orderedAttribute(item, schema.hash), sort: sortPart(schema, item) };
}

/** The key of an item in an index: the table's key makes it unique. */
export function indexKey(schema: KeySchema, item: Item, own: ItemKey): ItemKey {
  return {
    partition: orderedAttribute(item, schema.hash),
    sort: sortPart(schema, item) + escapeNul(own.partition) + SORT_END + own.sort,
  };
}

function sortPart(schema: KeySchema, item: Item): string {
  return (schema.range === null ? '' : escapeNul(orderedAttribute(item, schema.range))) + SORT_END;
}

function orderedAttribute(item: Item, attribute: KeyAttribute): string {
  const value = item[attribute.name];
  if (value === undefined) throw new TypeError(`key attribute ${attribute.name} is missing: it was not checked`);
  return orderedValue(value);
}

/** A scalar as a string whose code-unit order is DynamoDB's order (UTF-8 bytes, numeric, bytes). */
export function orderedValue(value: AttributeValue): string {
  if ('S' in value) return orderedText(value.S);
  if ('N' in value) return orderedDecimal(value.N);
  if ('B' in value) return Buffer.from(value.B, 'base64').toString('latin1');
  throw new TypeError(`a key of type ${typeOf(value)} was not checked`);
}

/** UTF-16 sorts surrogates below U+E000–U+FFFF, UTF-8 above: the two ranges change places. */
function orderedText(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  let ordered = '';
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const shifted = unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
    ordered += String.fromCharCode(shifted);
  }
  return ordered;
}

/** Escapes NUL so that `SORT_END` cannot occur inside. */
export function escapeNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', AFTER_SORT_END) : text;
}

/** A key given by a caller: exactly the key attributes, of their types. Throws a validation error. */
export function checkKey(schema: KeySchema, key: Item): void {
  const attributes = schemaAttributes(schema);
  if (Object.keys(key).length !== attributes.length) throw mismatch();
  for (const attribute of attributes) {
    const value = key[attribute.name];
    if (value === undefined || typeOf(value) !== attribute.type) throw mismatch();
    checkKeyValue(value, attribute.name, attribute === schema.hash);
  }
}

function mismatch(): Error {
  return validationError('The provided key element does not match the schema');
}

/** An item to be stored: it has its key attributes, of their types. Throws a validation error. */
export function checkItemKey(schema: KeySchema, item: Item): void {
  const invalid = 'One or more parameter values were invalid: ';
  for (const attribute of schemaAttributes(schema)) {
    const value = item[attribute.name];
    if (value === undefined) throw validationError(`${invalid}Missing the key ${attribute.name} in the item`);
    const type = typeOf(value);
    if (type !== attribute.type)
      throw validationError(
        `${invalid}Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${type}`,
      );
    checkKeyValue(value, attribute.name, attribute === schema.hash);
  }
}

/** Index keys may be absent (the index is sparse), but never empty, too long or of another type. */
export function checkIndexKey(indexName: string, schema: KeySchema, item: Item): void {
  for (const attribute of schemaAttributes(schema)) {
    const value = item[attribute.name];
    if (value === undefined) continue;
    const type = typeOf(value);
    if (type !== attribute.type)
      throw validationError(
        'One or more parameter values were invalid: Type mismatch for Index Key ' +
          `${attribute.name} Expected: ${attribute.type} Actual: ${type} IndexName: ${indexName}`,
      );
    checkKeyValue(value, attribute.name, attribute === schema.hash, indexName);
  }
}

function checkKeyValue(value: AttributeValue, name: string, isHash: boolean, indexName?: string): void {
  if ('N' in value) return;
  const bytes = 'S' in value ? textBytes(value.S) : 'B' in value ? base64Bytes(value.B) : 0;
  const place = indexName === undefined ? `Key: ${name}` : `IndexName: ${indexName}, IndexKey: ${name}`;
  if (bytes === 0)
    throw validationError(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
        `${'S' in value ? 'string' : 'binary'} value. ${place}`,
    );
  if (isHash && bytes > MAX_HASH_BYTES)
    throw validationError(
      `One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of${MAX_HASH_BYTES} bytes`,
    );
  if (!isHash && bytes > MAX_RANGE_BYTES)
    throw validationError(
      `One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of ${MAX_RANGE_BYTES} bytes`,
    );
}
