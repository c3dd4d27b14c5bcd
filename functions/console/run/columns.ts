import { isRecord } from '../data/exact-json.ts';

/** The most columns of results that have no schema. */
const MAX_COLUMNS = 30;

/** A property of a JSON Schema that a table or a form can show. */
export interface SchemaProperty {
  readonly name: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** The properties of an object's schema, in its order; none where it is no plain object. */
export function propertiesOf(schema: Readonly<Record<string, unknown>> | undefined): readonly SchemaProperty[] {
  const properties = schema?.['properties'];
  if (!isRecord(properties)) return [];
  return Object.entries(properties).map(([name, property]) => ({ name, schema: isRecord(property) ? property : {} }));
}

/** A column of results. */
export interface ResultColumn {
  readonly name: string;
  readonly isNumber: boolean;
  readonly read: (result: unknown) => unknown;
}

/** The columns of results: those of the schema, else the names that they have themselves, else one with the whole. */
export function columnsOf(
  schema: Readonly<Record<string, unknown>> | undefined,
  results: readonly unknown[],
): readonly ResultColumn[] {
  const named = propertiesOf(schema).map(({ name, schema: { type } }) => ({
    name,
    isNumber: type === 'number' || type === 'integer',
    read: readerOf(name),
  }));
  if (named.length > 0 && results.every(isRecord)) return named;
  const found = new Set(results.filter(isRecord).flatMap((result) => Object.keys(result)));
  if (found.size === 0 || !results.every(isRecord)) {
    return [{ name: 'Result', isNumber: false, read: (result) => result }];
  }
  return [...found].slice(0, MAX_COLUMNS).map((name) => ({ name, isNumber: false, read: readerOf(name) }));
}

function readerOf(name: string): ResultColumn['read'] {
  return (result) => (isRecord(result) ? result[name] : undefined);
}
