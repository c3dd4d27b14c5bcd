import type * as z from 'zod';
import { isJsonObject, isLosslessNumber } from './lossless-json.ts';
import { describeIssue } from './plain-issue.ts';

export type LosslessParse<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly issues: readonly z.core.$ZodIssue[] };

/**
 * Parses a value that may hold lossless numbers. Where the schema accepts anything (z.unknown()) they stay; a schema of
 * any type, number or object, refuses them with their path. The member named `byHand` has a schema that itself tells
 * them from objects; it is neither searched nor copied.
 */
export function parseLossless<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  byHand?: string,
): LosslessParse<z.output<Schema>> {
  const [rest, apart] = partOff(value, byHand);
  if (!holdsLossless(rest)) return resultOf(parse(schema, value));
  // A lossless number has the type object, so a schema of any object would accept it and copy it. Symbols replace them
  // for the check: every schema that looks at the value refuses a symbol.
  const copy = withSymbols(rest);
  const checked = resultOf(parse(schema, apart === null ? copy : { ...Object(copy), ...apart }));
  const parsed = checked.success ? resultOf(parse(schema, value)) : checked;
  if (parsed.success) return parsed;
  return { success: false, issues: parsed.issues.map((issue) => rewordIssue(issue, value)) };
}

/**
 * Whether {@link parseLossless} would accept a value. Finding out what is wrong with it costs several times as much.
 */
export function takesLossless(schema: z.ZodType, value: unknown): boolean {
  // A value that is refused already is not searched for lossless numbers, which is the costly part in bulk.
  if (!schema.validate(value)) return false;
  return !holdsLossless(value) || parseLossless(schema, value).success;
}

/** The object without the member of that name, and that member; the unchanged value and null where it has none. */
function partOff(
  value: unknown,
  name: string | undefined,
): readonly [unknown, Readonly<Record<string, unknown>> | null] {
  if (name === undefined || !isJsonObject(value) || !Object.hasOwn(value, name)) return [value, null];
  const { [name]: member, ...rest } = value;
  return [rest, { [name]: member }];
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.ZodSafeParseResult<z.output<Schema>> {
  return schema.safeParse(value, { error: describeIssue });
}

function resultOf<Value>(parsed: z.ZodSafeParseResult<Value>): LosslessParse<Value> {
  return parsed.success ? parsed : { success: false, issues: parsed.error.issues };
}

function holdsLossless(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isLosslessNumber(value)) return true;
  // A loop instead of recursion for every member: most are neither object nor list, and each call costs.
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof member === 'object' && holdsLossless(member)) return true;
  }
  return false;
}

function withSymbols(value: unknown): unknown {
  if (isLosslessNumber(value)) return Symbol(value.rawJSON);
  if (Array.isArray(value)) return value.map(withSymbols);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSymbols(member)]));
}

/** Rewords an issue about a lossless number, so that it speaks of a number: the symbol is only ours. */
function rewordIssue(issue: z.core.$ZodIssue, root: unknown): z.core.$ZodIssue {
  const value = issue.path.reduce<unknown>((container, step) => Object(container)[step], root);
  if (isLosslessNumber(value) && wantsNumber(issue)) {
    return { code: 'custom', path: issue.path, input: value, message: describeLossless(value.rawJSON) };
  }
  if (issue.code !== 'invalid_union') return issue;
  const errors = issue.errors.map((way) => way.map((inner) => rewordIssue(inner, value)));
  return { code: issue.code, path: issue.path, message: issue.message, errors };
}

function wantsNumber(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.flat().some((way) => way.path.length === 0 && wantsNumber(way));
  return issue.code === 'invalid_type' && issue.expected === 'number';
}

function describeLossless(text: string): string {
  const written = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const nearest = Number(text);
  const instead = Number.isFinite(nearest) ? `the nearest possible number is ${nearest}` : 'it is too large';
  return `the number ${written} cannot be represented exactly (IEEE 754 double); ${instead}`;
}
