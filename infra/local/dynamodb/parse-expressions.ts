import { validateAttributeValue, validateExpressionParams, validateExpressions } from 'dynalite/validations/index.js';
import { compareValues } from './condition.ts';
import { validationError } from './errors.ts';
import { type AttributeValue, isAttributeValue, typeOf } from './item.ts';

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

/** Parsed expressions with stand-ins where values go, and placeholders where names go. */
interface Template {
  readonly parsed: Members;
  /** The name of the value that each stand-in stands for. */
  readonly slots: ReadonlyMap<unknown, string>;
}

/** What goes into a template. */
interface Filling {
  readonly names: Names;
  readonly values: Values;
}

/** dynalite's parser takes 20–200 µs an expression; texts recur, only their names and values change. */
const templates = new Map<string, Template>();
const identifiers = new Map<string, ReadonlySet<string>>();

/**
 * Takes the expressions out of a request: the rest of it, and what the expressions say. `checked`: its values are known
 * to be fine. Throws a validation error.
 */
export function parseExpressions(
  data: Members,
  types: Members,
  values: 'checked' | 'unchecked' = 'unchecked',
): { rest: Members; parsed: Members } {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: given, ...rest } = data;
  const texts: Members = {};
  for (const name of EXPRESSIONS) {
    if (rest[name] !== undefined) texts[name] = rest[name];
    delete rest[name];
  }
  const all = {
    ...texts,
    ...optional('ExpressionAttributeNames', names),
    ...optional('ExpressionAttributeValues', given),
  };
  const allowed = EXPRESSIONS.filter((name) => name in types);
  refuse(validateExpressionParams(all, allowed, []));
  if (Object.keys(all).length === 0) return { rest, parsed: {} };
  for (const [name, value] of Object.entries(values === 'checked' ? {} : (given ?? {}))) {
    const message = validateAttributeValue(value);
    if (message !== undefined)
      throw validationError(`ExpressionAttributeValues contains invalid value: ${message} for key ${name}`);
  }
  // Both are shaped by the request's types, which were checked before.
  const parsed = parse(texts, names as Names | undefined, given as Values | undefined); // see above
  return { rest, parsed };
}

function parse(texts: Members, names: Names | undefined, values: Values | undefined): Members {
  const asPlaceholders = names !== undefined && areApart(texts, names);
  const filling = { names: asPlaceholders ? names : {}, values: values ?? {} };
  const named = asPlaceholders ? Object.fromEntries(Object.keys(names).map((name) => [name, name])) : names;
  const shape = Object.entries(filling.values).map(([name, value]) => name + typeOf(value));
  const key = JSON.stringify([texts, named, values === undefined ? null : shape]);
  const known = templates.get(key);
  if (known !== undefined) return fill(known, filling);
  const template = parseTemplate({ ...texts, ...optional('ExpressionAttributeNames', names) }, values);
  const result = fill(template, { ...filling, names: {} });
  if (key.includes('attribute_type')) return result; // the parser checks the value of its operand
  if (templates.size >= MAX_CACHED) templates.clear();
  templates.set(key, asPlaceholders ? parseTemplate({ ...texts, ExpressionAttributeNames: named }, values) : template);
  return result;
}

/** Whether names differ from each other and from all the texts say, so that their values decide nothing in the parser. */
function areApart(texts: Members, names: Names): boolean {
  const real = Object.values(names);
  if (new Set(real).size < real.length || real.includes('')) return false;
  return Object.values(texts).every((text) => {
    const said = identifiersOf(String(text));
    return !real.some((name) => said.has(name));
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

function parseTemplate(request: Members, values: Values | undefined): Template {
  const standIns = Object.entries(values ?? {}).map(([name, value]) => [name, { ...value }] as const);
  const data: Members = {
    ...request,
    ...(values === undefined ? {} : { ExpressionAttributeValues: Object.fromEntries(standIns) }),
  };
  refuse(validateExpressions(data));
  const parsed = Object.fromEntries(PARSED.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
  return { parsed, slots: new Map(standIns.map(([name, standIn]) => [standIn, name])) };
}

function fill({ parsed, slots }: Template, filling: Filling): Members {
  return Object.fromEntries(Object.entries(parsed).map(([name, tree]) => [name, fillNode(tree, slots, filling)]));
}

/** A copy of a parsed tree with the names and values in their places. */
function fillNode(node: unknown, slots: Template['slots'], filling: Filling): unknown {
  if (typeof node === 'string') return nameOf(node, filling);
  if (typeof node !== 'object' || node === null) return node;
  const slot = slots.get(node);
  if (slot !== undefined) return filling.values[slot];
  if (Array.isArray(node)) return node.map((element) => fillNode(element, slots, filling));
  const filled: Members = {};
  for (const [member, value] of Object.entries(node)) filled[nameOf(member, filling)] = fillNode(value, slots, filling);
  if (filled['type'] === 'between') checkBounds(filled['args']);
  return filled;
}

function nameOf(text: string, { names }: Filling): string {
  return text.startsWith('#') ? (names[text] ?? text) : text;
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
