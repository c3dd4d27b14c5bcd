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
type Values = Readonly<Record<string, AttributeValue>>;

/** Parsed expressions with stand-ins where values go. */
interface Template {
  readonly parsed: Members;
  /** The name of the value that each stand-in stands for. */
  readonly slots: ReadonlyMap<unknown, string>;
}

/** dynalite's parser takes 20–200 µs an expression; texts recur, only their values change. */
const templates = new Map<string, Template>();

/** Takes the expressions out of a request: the rest of it, and what the expressions say. Throws a validation error. */
export function parseExpressions(data: Members, types: Members): { rest: Members; parsed: Members } {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: given, ...rest } = data;
  const texts: Members = {};
  for (const name of EXPRESSIONS) {
    if (rest[name] !== undefined) texts[name] = rest[name];
    delete rest[name];
  }
  const request = { ...texts, ...optional('ExpressionAttributeNames', names) };
  const values = (given ?? {}) as Values; // shaped by the request's types, which were checked before
  const all = { ...request, ...optional('ExpressionAttributeValues', given) };
  const allowed = EXPRESSIONS.filter((name) => name in types);
  refuse(validateExpressionParams(all, allowed, []));
  if (Object.keys(all).length === 0) return { rest, parsed: {} };
  for (const [name, value] of Object.entries(values)) {
    const message = validateAttributeValue(value);
    if (message !== undefined)
      throw validationError(`ExpressionAttributeValues contains invalid value: ${message} for key ${name}`);
  }
  return { rest, parsed: fill(templateOf(request, given === undefined ? undefined : values), values) };
}

function templateOf(request: Members, values: Values | undefined): Template {
  const shape = Object.entries(values ?? {}).map(([name, value]) => name + typeOf(value));
  const key = JSON.stringify([request, shape]);
  const known = templates.get(key);
  if (known !== undefined) return known;
  const template = parseTemplate(request, values);
  if (key.includes('attribute_type')) return template; // the parser checks the value of its operand
  if (templates.size >= MAX_CACHED) templates.clear();
  templates.set(key, template);
  return template;
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

function fill({ parsed, slots }: Template, values: Values): Members {
  if (slots.size === 0) return parsed;
  return Object.fromEntries(Object.entries(parsed).map(([name, tree]) => [name, fillNode(tree, slots, values)]));
}

/** A copy of a parsed tree with the values in their places. */
function fillNode(node: unknown, slots: Template['slots'], values: Values): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const name = slots.get(node);
  if (name !== undefined) return values[name];
  if (Array.isArray(node)) return node.map((element) => fillNode(element, slots, values));
  const filled: Members = {};
  for (const [member, value] of Object.entries(node)) filled[member] = fillNode(value, slots, values);
  if (filled['type'] === 'between') checkBounds(filled['args']);
  return filled;
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
