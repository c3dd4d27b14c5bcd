import { usageError } from './command-failed.ts';
import { parseKept } from './kept-numbers.ts';

/** A JSON Schema, as far as it says what text may stand for. */
interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
}

/**
 * An object from `field=value` words; `field:=JSON` takes a value as it is written. Throws CommandFailed for others.
 */
export function objectOf(words: readonly string[], schema: object): Readonly<Record<string, unknown>> {
  const fields = words.map((word) => {
    const [, name = '', isJson, text = ''] = /^([^=:]+)(:?)=(.*)$/s.exec(word) ?? [];
    if (name === '') throw usageError(`${word} is no field=value, such as country=NL.`);
    return [name, isJson === ':' ? parseJson(name, text) : parseKept(jsonOf(name, text, schema))] as const;
  });
  const twice = givenTwice(fields.map(([name]) => name));
  if (twice !== undefined) throw usageError(`${twice} is given twice; for several inputs use run --inputs FILE.`);
  return Object.fromEntries(fields);
}

/** The first name that is in a list again. */
export function givenTwice(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) < at);
}

/**
 * The JSON text of a field's value that was written without quotes, by what the schema says of the field: text where
 * it may be text, else what it must be. A number keeps all its digits. Throws CommandFailed for what is neither.
 */
export function jsonOf(name: string, text: string, schema: object): string {
  const types = typesOf((schema as FieldSchema).properties?.[name] ?? {}); // cast: a JSON Schema, by the contract
  if (types.has('string')) return JSON.stringify(text);
  const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
  if ((types.has('number') || types.has('integer')) && isNumber) return text;
  if (types.has('boolean') && /^(true|false)$/.test(text)) return text;
  if (types.has('null') && text === 'null') return text;
  if (types.has('object') || types.has('array')) return JSON.stringify(parseJson(name, text));
  return JSON.stringify(text);
}

function typesOf({ type = [], anyOf = [], oneOf = [] }: FieldSchema): ReadonlySet<string> {
  return new Set([type, ...[...anyOf, ...oneOf].map((way) => [...typesOf(way)])].flat());
}

function parseJson(name: string, text: string): unknown {
  try {
    return parseKept(text);
  } catch (cause) {
    throw usageError(`${name} must be JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Headers from `Name: value` words. Throws CommandFailed for others. */
export function objectOfHeaders(words: readonly string[]): Readonly<Record<string, string>> {
  const headers = words.map((word) => {
    const at = word.indexOf(':');
    if (at < 1) throw usageError(`${word} is no header; write "Name: value".`);
    return [word.slice(0, at).trim(), word.slice(at + 1).trim()] as const;
  });
  const twice = givenTwice(headers.map(([name]) => name.toLowerCase()));
  if (twice !== undefined) throw usageError(`The header ${twice} is given twice.`);
  return Object.fromEntries(headers);
}
