import type * as z from 'zod';
import { isLosslessNumber } from './lossless-json.ts';

/**
 * What is wrong with a value and what is allowed, as words after a path: `inputs[3].country: must be a string, not a
 * number`. Undefined where zod's own words are good enough. A schema's own message takes precedence.
 */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'must be a whole number';
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return sizeOf(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return sizeOf(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'unknown property';
    case 'invalid_format':
      return issue.format === 'regex' ? `must match the pattern ${issue.pattern}` : undefined;
    case 'invalid_union':
      if (issue.discriminator !== undefined && Array.isArray(issue.options))
        return `must be one of ${issue.options.map((option) => JSON.stringify(option)).join(', ')}`;
      return 'has none of the forms that are allowed here';
    default:
      return undefined;
  }
}

/** A value's kind with its article. A symbol stands for a number that no double holds (parse-lossless.ts). */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return KINDS['array'] ?? 'array';
  if (typeof value === 'symbol' || isLosslessNumber(value)) return 'a number';
  return KINDS[typeof value] ?? typeof value;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

function sizeOf(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `must have ${bound} ${plural(limit, 'character')}`;
  if (origin === 'array') return `must have ${bound} ${plural(limit, 'item')}`;
  return `must be ${bound} ${limit}`;
}

function plural(count: number | bigint, noun: string): string {
  return `${count} ${noun}${Number(count) === 1 ? '' : 's'}`;
}
