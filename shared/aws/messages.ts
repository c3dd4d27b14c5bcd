import * as z from 'zod';

/**
 * What the queues carry, as versioned JSON. A message of yesterday's shape must be understood by today's code: a new
 * version is added beside the old one, never in its place.
 */

const index = z.int().min(0);
const runUid = z.string().min(1);

const pageV1 = z.strictObject({
  v: z.literal(1),
  k: z.literal('page'),
  run: runUid,
  ep: index,
  i: index,
  /** Its place in the window, and its position in the order; absent: the first place, and the input's own number. */
  w: index.optional(),
  q: index.optional(),
  p: index,
  /** Cursor; absent: none. */
  c: z.string().optional(),
  /** Attempts spent on this page; absent: none. */
  t: index.optional(),
  /** Not before, epoch ms. */
  u: z.number().optional(),
  /** That moment is a place in a pace's line. */
  h: z.literal(true).optional(),
  /** Results, callbacks and tries of the input so far. */
  r: index.optional(),
  cb: index.optional(),
  tr: index.optional(),
  /** Cycle check: remembered hash, power, steps. */
  cy: z.tuple([z.string(), index, index]).optional(),
  /** May have been sent before. */
  a: z.literal(true).optional(),
  /** Takes long. */
  s: z.literal(true).optional(),
});

const callbackV1 = z.strictObject({
  v: z.literal(1),
  k: z.literal('callback'),
  uid: runUid,
  t: index.optional(),
  /** Takes long: it was put off. */
  s: z.literal(true).optional(),
});

const dispatchV1 = z.strictObject({ v: z.literal(1), k: z.literal('dispatch'), run: runUid, ep: index });

const intakeV1 = z.strictObject({ v: z.literal(1), k: z.literal('intake'), run: runUid, ep: index });

const fireV1 = z.strictObject({
  v: z.literal(1),
  k: z.literal('fire'),
  s: z.uuid(),
  /** The time: ISO-8601 from EventBridge, whose placeholder gives it so. */
  at: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  /** Revision of the entry that fired; absent: none did. */
  rev: index.optional(),
});

const tendV1 = z.strictObject({ v: z.literal(1), k: z.literal('tend'), s: z.uuid(), due: index.optional() });

const body = z.discriminatedUnion('k', [pageV1, callbackV1, dispatchV1, intakeV1, fireV1, tendV1]);

/** A message as the engine speaks of it. Structurally the engine's own type; this room may not import that one. */
export type QueueMessage =
  | {
      readonly kind: 'page';
      readonly runUid: string;
      readonly epoch: number;
      readonly input: number;
      readonly place: number;
      readonly position: number;
      readonly page: number;
      readonly cursor: string | null;
      readonly attempt: number;
      readonly until: number | null;
      readonly held?: boolean;
      readonly results: number;
      readonly callbacks: number;
      readonly tries: number;
      readonly cycle: { readonly hash: string; readonly power: number; readonly steps: number } | null;
      readonly again: boolean;
      readonly slow?: boolean;
    }
  | { readonly kind: 'callback'; readonly uid: string; readonly attempt: number; readonly slow?: boolean }
  | { readonly kind: 'dispatch'; readonly runUid: string; readonly epoch: number }
  | { readonly kind: 'intake'; readonly runUid: string; readonly epoch: number }
  | {
      readonly kind: 'fire';
      readonly scheduleUid: string;
      readonly nominalAt: number;
      readonly revision: number | null;
    }
  | { readonly kind: 'reconcile'; readonly scheduleUid: string; readonly dueAt: number | null };

/** Whether a text is a message of a later release: that one reads it, and this one cannot. */
export function isOfLaterRelease(text: string): boolean {
  try {
    const said: unknown = JSON.parse(text);
    return typeof said === 'object' && said !== null && 'v' in said && typeof said.v === 'number' && said.v > 1;
  } catch {
    return false; // no message of ours at all
  }
}

/** The text a message is queued as. */
export function encodeMessage(message: QueueMessage): string {
  return JSON.stringify(bodyOf(message));
}

/** The message a queued text holds. Throws ZodError or SyntaxError for what this code never sent. */
export function decodeMessage(text: string): QueueMessage {
  const said = body.parse(JSON.parse(text));
  switch (said.k) {
    case 'page':
      return {
        kind: 'page',
        runUid: said.run,
        epoch: said.ep,
        input: said.i,
        place: said.w ?? 0,
        position: said.q ?? said.i,
        page: said.p,
        cursor: said.c ?? null,
        attempt: said.t ?? 0,
        until: said.u ?? null,
        ...(said.h === undefined ? {} : { held: said.h }),
        results: said.r ?? 0,
        callbacks: said.cb ?? 0,
        tries: said.tr ?? 0,
        cycle: said.cy === undefined ? null : { hash: said.cy[0], power: said.cy[1], steps: said.cy[2] },
        again: said.a ?? false,
        ...(said.s === undefined ? {} : { slow: said.s }),
      };
    case 'callback':
      return {
        kind: 'callback',
        uid: said.uid,
        attempt: said.t ?? 0,
        ...(said.s === undefined ? {} : { slow: said.s }),
      };
    case 'dispatch':
    case 'intake':
      return { kind: said.k, runUid: said.run, epoch: said.ep };
    case 'fire':
      return { kind: 'fire', scheduleUid: said.s, nominalAt: said.at, revision: said.rev ?? null };
    case 'tend':
      return { kind: 'reconcile', scheduleUid: said.s, dueAt: said.due ?? null };
  }
}

/**
 * The text EventBridge Scheduler sends for an entry of a schedule; it puts the time in place of its own name (user guide,
 * "Adding context attributes").
 */
export function fireTemplate(scheduleUid: string, revision: number): string {
  return JSON.stringify({ v: 1, k: 'fire', s: scheduleUid, at: '<aws.scheduler.scheduled-time>', rev: revision });
}

function bodyOf(message: QueueMessage): z.input<typeof body> {
  switch (message.kind) {
    case 'page':
      return {
        v: 1,
        k: 'page',
        run: message.runUid,
        ep: message.epoch,
        i: message.input,
        ...(message.place === 0 ? {} : { w: message.place }),
        ...(message.position === message.input ? {} : { q: message.position }),
        p: message.page,
        ...(message.cursor === null ? {} : { c: message.cursor }),
        ...(message.attempt === 0 ? {} : { t: message.attempt }),
        ...(message.until === null ? {} : { u: message.until }),
        ...(message.held === true ? { h: true as const } : {}),
        ...(message.results === 0 ? {} : { r: message.results }),
        ...(message.callbacks === 0 ? {} : { cb: message.callbacks }),
        ...(message.tries === 0 ? {} : { tr: message.tries }),
        ...(message.cycle === null
          ? {}
          : { cy: [message.cycle.hash, message.cycle.power, message.cycle.steps] as [string, number, number] }), // cast: a tuple, which inference widens
        ...(message.again ? { a: true } : {}),
        ...(message.slow === true ? { s: true as const } : {}),
      };
    case 'callback': {
      const { uid, attempt, slow } = message;
      const told = { ...(attempt === 0 ? {} : { t: attempt }), ...(slow === true ? { s: true as const } : {}) };
      return { v: 1, k: 'callback', uid, ...told };
    }
    case 'dispatch':
    case 'intake':
      return { v: 1, k: message.kind, run: message.runUid, ep: message.epoch };
    case 'fire': {
      const { scheduleUid, nominalAt, revision } = message;
      const at = new Date(nominalAt).toISOString();
      return { v: 1, k: 'fire', s: scheduleUid, at, ...(revision === null ? {} : { rev: revision }) };
    }
    case 'reconcile': {
      const { scheduleUid, dueAt } = message;
      return { v: 1, k: 'tend', s: scheduleUid, ...(dueAt === null ? {} : { due: dueAt }) };
    }
  }
}
