import { parseExact } from '../data/exact-json.ts';
import { propertiesOf } from '../run/columns.ts';

type Kind = 'text' | 'number' | 'boolean' | 'choice' | 'json';

/** A field of a form for a JSON Schema. */
export interface Field {
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly kind: Kind;
  readonly isRequired: boolean;
  /** Of a choice. */
  readonly options: readonly string[];
  readonly placeholder: string;
}

/** The most fields that are easier to fill in than JSON is to write. */
const MAX_FIELDS = 30;

/** The fields of a schema; null: no form can show it, so that it takes JSON. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>): readonly Field[] | null {
  if (['anyOf', 'oneOf', 'allOf', 'if', '$ref', 'not'].some((word) => word in schema)) return null;
  const properties = propertiesOf(schema);
  if (properties.length === 0 || properties.length > MAX_FIELDS) return null;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return properties.map(({ name, schema: property }) => ({
    name,
    title: typeof property['title'] === 'string' ? property['title'] : name,
    hint: hintOf(property),
    kind: kindOf(property),
    isRequired: required.includes(name) && !('default' in property),
    options: Array.isArray(property['enum']) ? property['enum'].map(String) : [],
    placeholder: placeholderOf(property),
  }));
}

function kindOf(schema: Readonly<Record<string, unknown>>): Kind {
  if (Array.isArray(schema['enum']) && schema['enum'].every((value) => typeof value === 'string')) return 'choice';
  switch (schema['type']) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
  }
}

function hintOf(schema: Readonly<Record<string, unknown>>): string {
  const { description, minimum, maximum, minLength, maxLength } = schema;
  const range =
    isNumber(minimum) && isNumber(maximum) && maximum < Number.MAX_SAFE_INTEGER ? `${minimum} to ${maximum}` : '';
  const length = isNumber(maxLength)
    ? `${isNumber(minLength) ? `${minLength} to ` : 'at most '}${maxLength} characters`
    : '';
  return [typeof description === 'string' ? description.replace(/\.$/, '') : '', range, length]
    .filter((part) => part !== '')
    .join('; ');
}

function placeholderOf(schema: Readonly<Record<string, unknown>>): string {
  const { examples, default: standard } = schema;
  const example: unknown = standard ?? (Array.isArray(examples) ? examples[0] : undefined);
  if (example === undefined) return '';
  return typeof example === 'string' ? example : JSON.stringify(example);
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/**
 * The value that a text stands for in a field. Undefined: the field is left out. A text that is no value of the kind
 * stays a text, so that the API says what is wrong with it, in its own words and at its place.
 */
export function valueOf(kind: Kind, text: string): unknown {
  if (text === '') return undefined;
  switch (kind) {
    case 'number':
      return numberOf(text.trim()) ?? text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'json':
      return parsed(text) ?? text;
    case 'text':
    case 'choice':
      return text;
  }
}

/** As it was written, also beyond 2^53; undefined: it is no number. */
function numberOf(text: string): unknown {
  if (text === '' || !Number.isFinite(Number(text))) return undefined;
  return parsed(text) ?? Number(text);
}

/** The text of a value, to be changed in a field. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The object that texts by name stand for. */
export function objectOf(fields: readonly Field[], texts: Readonly<Record<string, string>>): Record<string, unknown> {
  const values = fields.map(({ name, kind }) => [name, valueOf(kind, texts[name] ?? '')] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function parsed(text: string): unknown {
  try {
    return parseExact(text);
  } catch {
    return undefined; // not JSON: the text itself
  }
}
