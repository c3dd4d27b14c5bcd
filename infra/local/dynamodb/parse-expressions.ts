import { validateAttributeValue, validateExpressionParams, validateExpressions } from 'dynalite/validations/index.js';
import { compareValues } from './condition.ts';
import { validationError } from './errors.ts';
import { type AttributeValue, isAttributeValue } from './item.ts';

/** Members that hold expressions, in dynalite's order, and those that its parser puts beside them. */
const EXPRESSIONS = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
];
const PARSED = ['_updates', '_condition', '_keyCondition', '_filter', '_projection'];
const MAX_CACHED = 2_000;

type Members = Record<string, unknown>;
type Names = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, AttributeValue>>;

/** What fills a template's placeholders: names, where those are placeholders, and values. */
interface Filling {
  readonly names: Names;
  readonly values: Values;
}

/** A part of parsed expressions: a constant, or a function that makes it. */
type Part = { readonly fixed: unknown } | { readonly make: (filling: Filling) => unknown };

/** Parsed expressions with placeholders for values and names, by member of the request. */
type Template = readonly (readonly [member: string, part: Part])[];

/** Parsed expressions by kind of request, then by their texts. */
const templates = new WeakMap<Members, Map<string, Template>>();
const identifiers = new Map<string, ReadonlySet<string>>();

/**
 * Parses the expressions of a request; gives the rest of the request and the parsed expressions. dynalite's parser
 * takes 20–200 µs an expression. The same texts come again with other names and values, so a text is parsed once, with
 * placeholders. `checked`: the values are known to be valid. Throws a validation error.
 */
export function parseExpressions(
  data: Members,
  types: Members,
  checks: 'checked' | 'unchecked' = 'unchecked',
): { rest: Members; parsed: Members } {
  const rest: Members = {};
  const texts: Members = {};
  let [names, values]: [Names | undefined, Values | undefined] = [undefined, undefined];
  let hasExpressions = false;
  for (const member in data) {
    const value = data[member];
    // Both are shaped by the request's types, which were checked before.
    if (member === 'ExpressionAttributeNames') names = value as Names | undefined; // see above
    else if (member === 'ExpressionAttributeValues') values = value as Values | undefined; // see above
    else if (!EXPRESSIONS.includes(member)) rest[member] = value;
    else if (value !== undefined) {
      texts[member] = value;
      hasExpressions = true;
    }
  }
  if (!hasExpressions && names === undefined && values === undefined) return { rest, parsed: {} };
  return { rest, parsed: parse({ texts, names, values }, types, checks) };
}

interface Expressions {
  readonly texts: Members;
  readonly names: Names | undefined;
  readonly values: Values | undefined;
}

function parse(given: Expressions, types: Members, checks: 'checked' | 'unchecked'): Members {
  const { texts, names, values } = given;
  const isOpen = names !== undefined && areApart(texts, names);
  const key = keyOf(given, isOpen);
  let known = templates.get(types);
  const filling = { names: isOpen ? names : {}, values: values ?? {} };
  const template = known?.get(key);
  if (template === undefined || checks === 'unchecked') checkMembers(given, types, checks);
  if (template !== undefined) return fill(template, filling);
  const parsed = fill(parseTemplate(given), { ...filling, names: {} });
  if (key.includes('attribute_type')) return parsed; // the parser checks the value of its operand
  if (known === undefined) templates.set(types, (known = new Map()));
  if (known.size >= MAX_CACHED) known.clear();
  const placeholders = isOpen ? Object.fromEntries(Object.keys(names).map((name) => [name, name])) : names;
  known.set(key, parseTemplate({ ...given, names: placeholders }));
  return parsed;
}

/**
 * The cache key of parsed expressions: the texts, names that are no placeholders, and which names and values are given.
 */
function keyOf({ texts, names, values }: Expressions, isOpen: boolean): string {
  const parts: (string | null)[] = [];
  for (const member of EXPRESSIONS) parts.push((texts[member] as string | undefined) ?? null); // texts, by their types
  for (const name in names) {
    parts.push(name);
    if (!isOpen) parts.push(names[name] ?? null);
  }
  parts.push(names === undefined ? null : isOpen ? '' : ' ', null);
  for (const name in values) parts.push(name, Object.keys(values[name] ?? {}).join());
  if (values === undefined) parts.push(null);
  return JSON.stringify(parts);
}

/** Checks that names and values come with expressions, and that the values are valid. Throws a validation error. */
function checkMembers({ texts, names, values }: Expressions, types: Members, checks: 'checked' | 'unchecked'): void {
  const all = {
    ...texts,
    ...optional('ExpressionAttributeNames', names),
    ...optional('ExpressionAttributeValues', values),
  };
  const allowed = EXPRESSIONS.filter((name) => name in types);
  refuse(validateExpressionParams(all, allowed, []));
  for (const [name, value] of Object.entries(checks === 'checked' ? {} : (values ?? {}))) {
    const message = validateAttributeValue(value);
    if (message !== undefined)
      throw validationError(`ExpressionAttributeValues contains invalid value: ${message} for key ${name}`);
  }
}

/**
 * Whether names differ from each other and from everything in the texts, so that the parser's result does not depend on
 * them.
 */
function areApart(texts: Members, names: Names): boolean {
  const real = Object.values(names);
  if (new Set(real).size < real.length || real.includes('')) return false;
  return Object.values(texts).every((text) => {
    const used = identifiersOf(String(text));
    return !real.some((name) => used.has(name));
  });
}

function identifiersOf(text: string): ReadonlySet<string> {
  let known = identifiers.get(text);
  if (known === undefined) {
    known = new Set(text.replaceAll(/[#:]\w+/g, '').match(/\w+/g));
    if (identifiers.size >= MAX_CACHED) identifiers.clear();
    identifiers.set(text, known);
  }
  return known;
}

function parseTemplate({ texts, names, values }: Expressions): Template {
  const standIns = Object.entries(values ?? {}).map(([name, value]) => [name, { ...value }] as const);
  const data: Members = {
    ...texts,
    ...optional('ExpressionAttributeNames', names),
    ...(values === undefined ? {} : { ExpressionAttributeValues: Object.fromEntries(standIns) }),
  };
  refuse(validateExpressions(data));
  const slots = new Map<unknown, string>(standIns.map(([name, standIn]) => [standIn, name]));
  return PARSED.flatMap((member) => (data[member] === undefined ? [] : [[member, partOf(data[member], slots)]]));
}

function fill(template: Template, filling: Filling): Members {
  const filled: Members = {};
  for (const [member, part] of template) filled[member] = made(part, filling);
  return filled;
}

function made(part: Part, filling: Filling): unknown {
  return 'fixed' in part ? part.fixed : part.make(filling);
}

/** A parsed tree whose names and values are placeholders; `slots` finds them by their stand-ins. */
function partOf(node: unknown, slots: ReadonlyMap<unknown, string>): Part {
  if (typeof node === 'string') return namePart(node);
  if (typeof node !== 'object' || node === null) return { fixed: node };
  const slot = slots.get(node);
  if (slot !== undefined) return { make: ({ values }) => values[slot] };
  return Array.isArray(node)
    ? listPart(
        node,
        node.map((element) => partOf(element, slots)),
      )
    : treePart(node, slots);
}

function namePart(text: string): Part {
  return text.startsWith('#') ? { make: ({ names }) => names[text] ?? text } : { fixed: text };
}

function listPart(list: readonly unknown[], parts: readonly Part[]): Part {
  if (parts.every((part) => 'fixed' in part)) return { fixed: list };
  return { make: (filling) => parts.map((part) => made(part, filling)) };
}

function treePart(tree: object, slots: ReadonlyMap<unknown, string>): Part {
  const members = Object.entries(tree).map(([name, value]) => [namePart(name), partOf(value, slots)] as const);
  if (members.every(([name, value]) => 'fixed' in name && 'fixed' in value)) return { fixed: tree };
  const hasBounds = 'type' in tree && tree.type === 'between';
  return {
    make(filling) {
      const filled: Members = {};
      for (const [name, value] of members) filled[made(name, filling) as string] = made(value, filling); // a name
      if (hasBounds) checkBounds(filled['args']);
      return filled;
    },
  };
}

/** The parser has checked the stand-ins' bounds only. */
function checkBounds(args: unknown): void {
  const [, low, high]: readonly unknown[] = Array.isArray(args) ? args : [];
  if (isAttributeValue(low) && isAttributeValue(high) && (compareValues(low, high) ?? 0) > 0)
    throw validationError('The BETWEEN operator requires upper bound to be greater than or equal to lower bound');
}

function optional(name: string, value: unknown): Members {
  return value === undefined ? {} : { [name]: value };
}

function refuse(message: string | undefined): void {
  if (message !== undefined) throw validationError(message);
}
