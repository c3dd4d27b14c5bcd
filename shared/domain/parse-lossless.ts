import type * as z from 'zod';
import { isJsonObject, isLosslessNumber } from './lossless-json.ts';
import { describeIssue } from './plain-issue.ts';

export type LosslessParse<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly issues: readonly z.core.$ZodIssue[] };

/**
 * Parses a value that may hold lossless numbers. Where the schema takes anything (z.unknown()) they stay; a schema that
 * wants something, be it a number or an object, refuses them by path. A member named `byHand` has a schema that tells them
 * from objects itself, and is neither searched for them nor copied.
 */
export function parseLossless<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  byHand?: string,
): LosslessParse<z.output<Schema>> {
  const [rest, apart] = partOff(value, byHand);
  if (!holdsLossless(rest)) return resultOf(parse(schema, value));
  // A lossless number has the type object: a schema of any object would take it, and copy it into another. A symbol is
  // taken by none that looks at the value.
  const copy = withSymbols(rest);
  const checked = resultOf(parse(schema, apart === null ? copy : { ...Object(copy), ...apart }));
  const parsed = checked.success ? resultOf(parse(schema, value)) : checked;
  if (parsed.success) return parsed;
  return { success: false, issues: parsed.issues.map((issue) => tellNumber(issue, value)) };
}

/** Whether {@link parseLossless} would take a value: to know what is wrong with it costs several times as much. */
export function takesLossless(schema: z.ZodType, value: unknown): boolean {
  // What is refused as it is needs no second look, and in bulk that is what costs.
  if (!schema.validate(value)) return false;
  return !holdsLossless(value) || parseLossless(schema, value).success;
}

/** An object without the member of that name, and that member; the value as it is where it has none. */
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
  // A loop: most members are neither, and a call for each is what costs.
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

/** An issue about a lossless number in words of a number: the symbol is ours. */
function tellNumber(issue: z.core.$ZodIssue, root: unknown): z.core.$ZodIssue {
  const value = issue.path.reduce<unknown>((container, step) => Object(container)[step], root);
  if (isLosslessNumber(value) && wantsNumber(issue)) {
    return { code: 'custom', path: issue.path, input: value, message: tellUnheld(value.rawJSON) };
  }
  if (issue.code !== 'invalid_union') return issue;
  const errors = issue.errors.map((way) => way.map((inner) => tellNumber(inner, value)));
  return { code: issue.code, path: issue.path, message: issue.message, errors };
}

function wantsNumber(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.flat().some((way) => way.path.length === 0 && wantsNumber(way));
  return issue.code === 'invalid_type' && issue.expected === 'number';
}

function tellUnheld(text: string): string {
  const written = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const nearest = Number(text);
  const instead = Number.isFinite(nearest) ? `the nearest possible number is ${nearest}` : 'it is too large';
  return `the number ${written} cannot be represented exactly (IEEE 754 double); ${instead}`;
}
