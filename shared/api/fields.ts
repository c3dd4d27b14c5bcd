import * as z from 'zod';
import { FAULTS_TOLD } from '../domain/errors.ts';
import { MAX_TAG_CHARACTERS } from '../domain/launch-terms.ts';
import { LIMITS } from '../domain/limits.ts';
import { sortOrder } from './enums.ts';
import { CURSOR_PATTERN, NO_CONTROL_CHARACTERS } from './patterns.ts';

/** Property names a caller might expect from elsewhere, each with what to use instead; `*` ends a beginning. */
export type Refusals = Readonly<Record<string, string>>;

/**
 * A strict object whose message for an unknown property says which are allowed, or what to use instead. One line for
 * each of the first unknown keys, in their order: {@link parseWith} gives each its own path.
 */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape, refusals: Refusals = {}) {
  const allowed = Object.keys(shape).join(', ') || 'nothing';
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      // No more of them are told, however many there are.
      const keys = issue.keys.slice(0, FAULTS_TOLD);
      const lines = keys.map((key) => refusalOf(key, refusals) ?? `unknown property; allowed here: ${allowed}`);
      return lines.join('\n');
    },
  });
}

const changes = new WeakSet<z.core.$ZodType>();

/** As {@link strict}, for the body of a change: null clears a field, and an absent field keeps its value. */
export function change<Shape extends z.core.$ZodLooseShape>(shape: Shape, refusals: Refusals = {}) {
  const schema = strict(shape, refusals);
  changes.add(schema);
  return schema;
}

/** Whether a schema was made by {@link change}: null is then a value of its fields. */
export function isChange(schema: z.core.$ZodType): boolean {
  return changes.has(schema);
}

function refusalOf(key: string, refusals: Refusals): string | undefined {
  const name = Object.keys(refusals).find((one) =>
    one.endsWith('*') ? key.startsWith(one.slice(0, -1)) : one === key,
  );
  return name === undefined ? undefined : `not allowed here; ${refusals[name]}`;
}

/** What a caller does with more custom_data than is taken. */
export const CUSTOM_DATA_WAY_ROUND = 'store the data on your side and pass its id';

/** An issue whose `params` say so is answered as PAYLOAD_TOO_LARGE instead of BAD_INPUT. */
export const TOO_LARGE = { tooLarge: true } as const;

/** Refuses a value whose JSON takes more bytes than the limit; the message names the way round. */
export function withinBytes<Schema extends z.ZodType>(schema: Schema, maxBytes: number, wayRound: string) {
  return schema.superRefine((value, context) => {
    const message = bytesOver(value, maxBytes, wayRound);
    if (message !== null) context.addIssue({ code: 'custom', message, params: TOO_LARGE });
  });
}

/** Says that a value takes more bytes as JSON than it may, and the way round; null where it does not. */
export function bytesOver(value: unknown, maxBytes: number, wayRound: string): string | null {
  const text = JSON.stringify(value) ?? '';
  // No character takes more than three bytes for each of its code units.
  if (text.length * 3 <= maxBytes) return null;
  const bytes = Buffer.byteLength(text);
  return bytes <= maxBytes ? null : `takes ${bytes} bytes as JSON, over the limit of ${maxBytes}; ${wayRound}`;
}

const HALF_PAIR = 'has half of a surrogate pair (\\ud800 to \\udfff), which stands for no character';

/**
 * A text that is kept as text, and found by it: UTF-8 has no half of a surrogate pair, and another character would be
 * stored. What is kept as JSON (`input`, `custom_data`, `parameters`, results) keeps it as it was escaped.
 */
export const text = z.string().refine((value) => value.isWellFormed(), HALF_PAIR);

/** A JSON object of unchecked content. */
export const jsonObject = z.record(z.string(), z.unknown());

export const customData = withinBytes(jsonObject, LIMITS.customDataBytes, CUSTOM_DATA_WAY_ROUND);

/** Upper and lower case are one uid (RFC 9562 §4); ours are written in lower case. */
export const uid = z.guid('must be a UUID').toLowerCase();

export const actionName = text.min(1).max(100);

/** A word that runs and schedules are found by. */
export const tag = text
  .min(1, 'must not be empty')
  .max(MAX_TAG_CHARACTERS, `must have at most ${MAX_TAG_CHARACTERS} characters`)
  .regex(NO_CONTROL_CHARACTERS, 'must not have control characters, such as a line break');

/** A time as it is answered: ISO-8601 in UTC, ending in `Z`. */
export const instant = z.iso.datetime();

/** A time as it is given: with any offset of RFC 3339. It becomes one in UTC. */
export const givenInstant = instantRead(inUtc);

/**
 * As {@link givenInstant}, in a query: a plus sign that was not escaped arrives as a space, and clients that
 * openapi-generator makes for Python write the offset without its colon.
 */
export const queriedInstant = instantRead((text) => inUtc(text.replace(/[ +-]\d\d:?\d\d$/, writtenOffset)));

function writtenOffset(text: string): string {
  return `${text.startsWith('-') ? '-' : '+'}${text.slice(1, 3)}:${text.slice(-2)}`;
}

function instantRead(read: (text: string) => string) {
  const error =
    'must be a date and time with an offset (RFC 3339), such as 2030-01-31T09:00:00Z or 2030-01-31T10:00:00+01:00';
  return z
    .string({ error })
    .overwrite(read)
    .refine((text) => instant.safeParse(text).success, { error })
    .meta({ format: 'date-time' });
}

/** A time of any offset in UTC; other texts stay. RFC 3339 §5.6 takes `t` and `z` too. */
function inUtc(text: string): string {
  const time = text.toUpperCase();
  return anyOffset.safeParse(time).success ? new Date(time).toISOString() : text;
}

const anyOffset = z.iso.datetime({ offset: true });

export const count = z.int().min(0);

/** A whole number of a query, written in digits. */
export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.int().min(min, message).max(max, message));
}

/** The two fields every list has. */
export function paging(defaultLimit: number, maxLimit: number) {
  return {
    limit: wholeNumber(1, maxLimit).default(defaultLimit).describe('The maximum number of items on a page'),
    cursor: cursor.optional(),
  };
}

export const cursor = z
  .string()
  .min(1, 'must not be empty; omit it for the first page')
  .max(8_192, 'is not a cursor of this API: it is too long')
  .meta({ format: 'cursor', pattern: CURSOR_PATTERN })
  .describe('A position in the list, from the `X-Pagination-Next` header. It is valid for 24 hours and the same query');

/** A filter that may be given several times, meaning *or*. */
export function anyOf<Schema extends z.ZodType>(schema: Schema, what: string) {
  return z
    .array(schema)
    .min(1)
    .max(100)
    .optional()
    .describe(`Only ${what}. Repeat the parameter to allow several values`);
}

export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .pipe(z.boolean());

export const sort = sortOrder.default('-created_at').describe('The order of the list');
