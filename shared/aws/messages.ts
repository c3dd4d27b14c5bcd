import * as z from 'zod';
import type { Message } from '../engine/messages.ts';

/**
 * What the queues carry, as versioned JSON. A message of yesterday's shape must be understood by today's code: a new
 * version is added beside the old one, never in its place.
 */

/** How one member of a message is written: its short name, what is found under it, and what its absence stands for. */
interface Field<Value> {
  readonly wire: string;
  readonly schema: z.ZodType<Value>;
  /** Into JSON; absent: as it is. */
  write?(value: Value): unknown;
  /** The value that is left out; null: it is always written. Of an optional member, its absence. */
  readonly absent: { readonly of: (message: Partial<Record<string, unknown>>) => unknown } | null;
}

type Kind = Message['kind'];
type Fields<K extends Kind> = {
  readonly [Name in keyof Required<Omit<Extract<Message, { kind: K }>, 'kind'>>]: Field<
    NonNullable<Extract<Message, { kind: K }>[Name]>
  >;
};

const id = z.string().min(1);
const index = z.int().min(0);
/** A boolean is written only where it is true. */
const yes: z.ZodType<boolean> = z.literal(true);

function always<Value>(wire: string, schema: z.ZodType<Value>): Field<Value> {
  return { wire, schema, absent: null };
}

/** Left out where it has this value. */
function unless<Value>(wire: string, schema: z.ZodType<Value>, value: unknown): Field<Value> {
  return { wire, schema, absent: { of: () => value } };
}

/** Every member of every message, in the order in which it is written. */
const FIELDS: { readonly [K in Kind]: { readonly wire: string; readonly fields: Fields<K> } } = {
  page: {
    wire: 'page',
    fields: {
      runUid: always('run', id),
      epoch: always('ep', index),
      input: always('i', index),
      place: unless('w', index, 0),
      position: { wire: 'q', schema: index, absent: { of: ({ input }) => input } },
      page: always('p', index),
      cursor: unless('c', z.string(), null),
      attempt: unless('t', index, 0),
      until: unless('u', z.number(), null),
      reserved: unless('h', yes, undefined),
      counted: unless('n', yes, undefined),
      results: unless('r', index, 0),
      callbacks: unless('cb', index, 0),
      tries: unless('tr', index, 0),
      cycle: {
        wire: 'cy',
        schema: z.tuple([z.string(), index, index]).transform(([hash, power, steps]) => ({ hash, power, steps })),
        write: ({ hash, power, steps }) => [hash, power, steps],
        absent: { of: () => null },
      },
      again: unless('a', yes, false),
      slow: unless('s', yes, undefined),
    },
  },
  callback: {
    wire: 'callback',
    fields: { uid: always('uid', id), attempt: unless('t', index, 0), slow: unless('s', yes, undefined) },
  },
  dispatch: { wire: 'dispatch', fields: { runUid: always('run', id), epoch: always('ep', index) } },
  intake: { wire: 'intake', fields: { runUid: always('run', id), epoch: always('ep', index) } },
  fire: {
    wire: 'fire',
    fields: {
      scheduleUid: always('s', z.uuid()),
      nominalAt: {
        wire: 'at',
        // ISO-8601, as EventBridge's placeholder gives it.
        schema: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
        write: (at) => new Date(at).toISOString(),
        absent: null,
      },
      revision: unless('rev', index, null),
    },
  },
  purge: { wire: 'purge', fields: { runUid: always('run', id) } },
  usage: { wire: 'usage', fields: { workspaceUid: always('ws', id) } },
  bulk: {
    wire: 'bulk',
    fields: { bulkUid: always('b', z.uuid()), step: unless('s', index, null), dueAt: unless('due', index, null) },
  },
  reconcile: { wire: 'tend', fields: { scheduleUid: always('s', z.uuid()), dueAt: unless('due', index, null) } },
};

const KINDS = Object.keys(FIELDS) as readonly Kind[]; // cast: keys of a literal

/** A kind's members without their types: its table has checked them. */
const fieldsOf = (kind: Kind): readonly (readonly [string, Field<unknown>])[] => Object.entries(FIELDS[kind].fields);

const body = z.discriminatedUnion(
  'k',
  KINDS.map((kind) => {
    const members = fieldsOf(kind).map(([, { wire, schema, absent }]) => [
      wire,
      absent === null ? schema : z.optional(schema),
    ]);
    return z.strictObject({ v: z.literal(1), k: z.literal(FIELDS[kind].wire), ...Object.fromEntries(members) });
  }) as unknown as readonly [z.ZodObject<{ k: z.ZodLiteral<string> }>], // cast: there is one at least
);

/** Whether a text is a message of a later release: that one reads it, and this one cannot. */
export function isOfLaterRelease(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return (
      typeof parsed === 'object' && parsed !== null && 'v' in parsed && typeof parsed.v === 'number' && parsed.v > 1
    );
  } catch {
    return false; // no message of ours at all
  }
}

/** The text a message is queued as. */
export function encodeMessage(message: Message): string {
  const members: Readonly<Record<string, unknown>> = { ...message };
  const written = fieldsOf(message.kind).flatMap(([name, field]) => {
    const { wire, absent } = field;
    const value = members[name];
    if (value === undefined || value === false || (absent !== null && value === absent.of(members))) return [];
    return [[wire, field.write === undefined ? value : field.write(value)] as const];
  });
  return JSON.stringify({ v: 1, k: FIELDS[message.kind].wire, ...Object.fromEntries(written) });
}

/** The message a queued text holds. Throws ZodError or SyntaxError for what this code never sent. */
export function decodeMessage(text: string): Message {
  const parsed: Readonly<Record<string, unknown>> = body.parse(JSON.parse(text));
  const kind = KINDS.find((one) => FIELDS[one].wire === parsed['k']) ?? 'page'; // the schema takes no other
  const message: Record<string, unknown> = { kind };
  for (const [name, { wire, absent }] of fieldsOf(kind)) {
    const value = parsed[wire] ?? absent?.of(message);
    if (value !== undefined) message[name] = value;
  }
  return message as unknown as Message; // cast: one member for each in the kind's table, each read by its schema
}

/**
 * The text EventBridge Scheduler sends for an entry of a schedule; it puts the time in place of its own name (user
 * guide, "Adding context attributes").
 */
export function fireTemplate(scheduleUid: string, revision: number): string {
  return JSON.stringify({ v: 1, k: 'fire', s: scheduleUid, at: '<aws.scheduler.scheduled-time>', rev: revision });
}
