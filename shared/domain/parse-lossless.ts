import type * as z from 'zod';
import { isJsonObject, isLosslessNumber } from './lossless-json.ts';

export type LosslessParse<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly issues: readonly z.core.$ZodIssue[] };

/**
 * Parses a value that may hold lossless numbers. Where the schema takes anything (z.unknown()) they stay; a schema that
 * wants something, be it a number or an object, refuses them by path.
 */
export function parseLossless<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): LosslessParse<z.output<Schema>> {
  if (!holdsLossless(value)) return resultOf(schema.safeParse(value));
  // A lossless number has the type object: a schema of any object would take it, and copy it into another. A symbol is
  // taken by none that looks at the value.
  const checked = resultOf(schema.safeParse(withSymbols(value)));
  const parsed = checked.success ? resultOf(schema.safeParse(value)) : checked;
  if (parsed.success) return parsed;
  return { success: false, issues: parsed.issues.map((issue) => tellNumber(issue, value)) };
}

/** Whether {@link parseLossless} would take a value: to know what is wrong with it costs several times as much. */
export function takesLossless(schema: z.ZodType, value: unknown): boolean {
  return holdsLossless(value) ? parseLossless(schema, value).success : schema.validate(value);
}

function resultOf<Value>(parsed: z.ZodSafeParseResult<Value>): LosslessParse<Value> {
  return parsed.success ? parsed : { success: false, issues: parsed.error.issues };
}

function holdsLossless(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsLossless);
  return isLosslessNumber(value) || Object.values(value).some(holdsLossless);
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
  const message = issue.message.replace('received symbol', 'received number');
  if (issue.code !== 'invalid_union') return { ...issue, message };
  const errors = issue.errors.map((way) => way.map((inner) => tellNumber(inner, value)));
  return { code: issue.code, path: issue.path, message, errors };
}

function wantsNumber(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.flat().some((way) => way.path.length === 0 && wantsNumber(way));
  return issue.code === 'invalid_type' && issue.expected === 'number';
}

function tellUnheld(text: string): string {
  const written = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  const nearest = Number(text);
  const instead = Number.isFinite(nearest) ? `the nearest that can is ${nearest}` : 'it is beyond the largest';
  return `the number ${written} cannot be held as it is written (IEEE 754 double); ${instead}`;
}
