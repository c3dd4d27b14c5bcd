import { NO_WAIT, type OpenInput, type Position, type RunWindow, type Wait } from '../domain/input.ts';
import type { Totals } from '../domain/run.ts';
import type { InputEnd, ProgressStore, WindowOpening } from '../engine/stores/progress-store.ts';
import { settleAll } from '../engine/settle-all.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Update } from './expressions.ts';
import type { Table } from './table.ts';

type PositionReader = Pick<ProgressStore, 'readPosition'>;

/**
 * The window of a run, one item. `o` lists the places, each with the position that has it (a position at or beyond the
 * length: the place is free); `x` holds what inputs wait for; the totals are attributes beside them. One item takes
 * 1,000 write units a second, and with 500 places a write costs three of them.
 */
export function createWindowStore(
  table: Table,
  { readPosition }: PositionReader,
): Pick<ProgressStore, 'readWindow' | 'openWindow' | 'endInputs' | 'noteWait'> {
  /**
   * The window in an item, with each position resolved to its input. Null for an item that this release cannot read.
   */
  async function windowFromItem(runUid: string, item: Item): Promise<RunWindow | null> {
    const read = new ItemReader(item);
    if (read.numberOrNull('ln') === null) return null; // of release 0.1.0: resuming the run makes a new window
    const order = read.number('od');
    const length = read.number('ln');
    const next = read.number('nx');
    const places = read.stored<number[]>('o') ?? [];
    const waits = read.stored<Record<string, WaitRecord>>('x') ?? {};
    const taken = [...places.entries()].filter(([, position]) => position < length);
    const open = await settleAll(
      taken.map(async ([place, position]) =>
        openFrom(place, position, await readPosition(runUid, order, position), waits),
      ),
    );
    return {
      epoch: read.number('ep'),
      order,
      length,
      next,
      front: next < length ? (await readPosition(runUid, order, next)).input : Infinity,
      begun: read.number('bg'),
      open: new Map(open),
      totals: totalsFrom(read),
    };
  }

  return {
    async readWindow(runUid) {
      const item = await table.get(keys.window(runUid), 'strong');
      return item === null ? null : windowFromItem(runUid, item);
    },

    async openWindow(runUid, opening, expiresAt) {
      const put = await table.put(
        keys.window(runUid),
        { ...openingToRecord(opening), expires_at: expiresAt },
        { expression: 'attribute_not_exists(pk) OR ep < :ep', values: { ':ep': opening.epoch } },
      );
      if (put.item === null) throw new Error('DynamoDB refused a window without returning the stored one.');
      const window = await windowFromItem(runUid, put.item);
      return window === null ? null : { opened: put.done, window };
    },

    async endInputs(runUid, epoch, ends) {
      const counted = new Set<number>();
      let left = ends;
      for (;;) {
        const write = await table.update(keys.window(runUid), endsUpdate(epoch, left));
        if (write.done) for (const { input } of left) counted.add(input);
        if (write.item === null) return { counted, window: null };
        const window = await windowFromItem(runUid, write.item);
        if (write.done || window?.epoch !== epoch) return { counted, window };
        const stored = left.filter(({ input, place }) => window.open.get(input)?.place === place);
        if (stored.length === left.length) throw new Error(`The window of run ${runUid} refused what it holds.`);
        if (stored.length === 0) return { counted, window };
        left = stored;
      }
    },

    async noteWait(runUid, epoch, { input, ...expected }, wait) {
      const isFirst = expected.by === NO_WAIT.by;
      const write = await table.update(keys.window(runUid), {
        expression: 'SET x.#input = :wait',
        condition: `ep = :ep AND o[${expected.place}] = :position AND ${isFirst ? 'attribute_not_exists(x.#input)' : 'x.#input = :expected'}`,
        names: { '#input': String(input) },
        values: {
          ':wait': waitToRecord(wait),
          ':ep': epoch,
          ':position': expected.position,
          ...(isFirst ? {} : { ':expected': waitToRecord(expected) }),
        },
      });
      if (write.done) return { noted: true };
      const window = write.item === null ? null : await windowFromItem(runUid, write.item);
      return { noted: false, open: window?.epoch === epoch ? (window.open.get(input) ?? null) : null };
    },
  };
}

/**
 * One write that ends all these inputs: it adds to the totals, gives each place to the next position, removes the
 * waits.
 */
function endsUpdate(epoch: number, ends: readonly InputEnd[]): Update {
  const handovers = ends.map(({ place }, at) => `o[${place}] = ${at === 0 ? 'nx' : `nx + :k${at}`}`);
  const sums = SUMS.flatMap(([attribute, of]) => {
    const sum = ends.reduce((total, { adds }) => total + of(adds), 0);
    return sum === 0 ? [] : [{ attribute, sum }];
  });
  const lastEmpty = ends.findLast(({ adds }) => adds.lastEmpty !== null)?.adds.lastEmpty ?? null;
  const sets = [
    ...handovers,
    'nx = nx + :k',
    ...sums.map(({ attribute }) => `${attribute} = ${countOf(attribute)} + :${attribute}`),
    ...(lastEmpty === null ? [] : ['le = :le']),
  ];
  return {
    expression: `SET ${sets.join(', ')} REMOVE ${ends.map((_, at) => `x.#i${at}`).join(', ')}`,
    condition: `ep = :ep AND ${ends.map(({ place }, at) => `o[${place}] = :p${at}`).join(' AND ')}`,
    names: Object.fromEntries(ends.map(({ input }, at) => [`#i${at}`, String(input)])),
    values: {
      ':ep': epoch,
      ':k': ends.length,
      ...(lastEmpty === null ? {} : { ':le': lastEmpty }),
      ...Object.fromEntries(sums.map(({ attribute, sum }) => [`:${attribute}`, sum])),
      ...(sums.some(({ attribute }) => attribute === 'pg') ? { ':zero': 0 } : {}),
      ...Object.fromEntries(ends.map(({ position }, at) => [`:p${at}`, position])),
      ...Object.fromEntries(ends.slice(1).map((_, at) => [`:k${at + 1}`, at + 1])),
    },
  };
}

/**
 * A total as an update reads it. A window of release 0.1.0 has no pages, and DynamoDB refuses to add to what is not
 * there.
 */
function countOf(attribute: string): string {
  return attribute === 'pg' ? 'if_not_exists(pg, :zero)' : attribute;
}

/** Each total is an attribute of its own, so that an update can add to it. */
const SUMS: readonly (readonly [string, (totals: Totals) => number])[] = [
  ['sc', ({ succeeded }) => succeeded],
  ['fl', ({ failed }) => failed],
  ['pg', ({ pages }) => pages],
  ['ou', ({ outputs }) => outputs],
  ['cb', ({ callbacks }) => callbacks],
  ['rf', ({ refused }) => refused],
];

function totalsFrom(read: ItemReader): Totals {
  return {
    succeeded: read.number('sc'),
    failed: read.number('fl'),
    pages: read.numberOrNull('pg') ?? 0, // release 0.1.0 counted none
    outputs: read.number('ou'),
    callbacks: read.number('cb'),
    refused: read.number('rf'),
    lastEmpty: read.numberOrNull('le'),
  };
}

function openingToRecord({ epoch, order, length, next, totals, inHand }: WindowOpening): object {
  const waits = inHand.flatMap(({ input, wait }) => (wait === null ? [] : [[String(input), waitToRecord(wait)]]));
  return {
    ep: epoch,
    od: order,
    ln: length,
    nx: next,
    bg: next,
    o: inHand.map(({ position }) => position),
    x: Object.fromEntries(waits),
    ...Object.fromEntries(SUMS.map(([attribute, of]) => [attribute, of(totals)])),
    le: totals.lastEmpty,
  };
}

function openFrom(
  place: number,
  position: number,
  { input, ...counted }: Position,
  waits: Readonly<Record<string, WaitRecord>>,
): readonly [number, OpenInput] {
  const wait = waits[String(input)];
  return [input, { place, position, counted, ...(wait === undefined ? NO_WAIT : waitFrom(wait)) }];
}

/**
 * A list without names, to be small: hundreds of inputs may wait at once, and each write of the window costs by its
 * size.
 */
type WaitRecord = readonly [
  by: string,
  page: number,
  attempt: number,
  until: number,
  reserved: 0 | 1,
  ...limited: readonly [times: number, since: number, quota?: number] | readonly [],
];

function waitToRecord({ page, attempt, until, reserved, limited, by }: Wait): WaitRecord {
  const wait = [by, page, attempt, until ?? 0, reserved === true ? 1 : 0] as const;
  if (limited === undefined) return wait;
  const { times, since, quota } = limited;
  return quota === undefined ? [...wait, times, since] : [...wait, times, since, quota];
}

function waitFrom([by, page, attempt, until, reserved, times, since, quota]: WaitRecord): Wait {
  return {
    page,
    attempt,
    until: until === 0 ? null : until,
    ...(reserved === 1 ? { reserved: true } : {}),
    ...(times === undefined || since === undefined
      ? {}
      : { limited: { times, since, ...(quota === undefined ? {} : { quota }) } }),
    by,
  };
}
