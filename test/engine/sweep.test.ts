import { describe, expect, it } from 'vitest';
import { duePartition, keys } from '../../shared/storage/keys.ts';
import { receiverUid } from '../../shared/domain/receiver.ts';
import { DUE_PARTITIONS, type DueEntry } from '../../shared/engine/stores/due-store.ts';
import { handleDueEntry } from '../../shared/engine/sweep/handle-due-entry.ts';
import { sweep } from '../../shared/engine/sweep/sweep.ts';
import { createEngineHarness, type EngineHarness, START } from '../support/engine-harness.ts';
import { listDueEntries } from '../support/list-due.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;
const PARTITIONS = Array.from({ length: DUE_PARTITIONS }, (_, partition) => partition);
const BROKEN_RECEIVER = receiverUid('00000000-0000-4000-8000-000000000001', 'https://broken.example/hook');

type Bad = (partition: number, index: number) => { readonly sk: string } & Readonly<Record<string, unknown>>;

const at = START - 10 * MINUTE_MS;
const sk = (kind: string, uid: string): string => `${at}#${kind}#${uid}`;

/** Rows that no sweep of this release can see to. */
const BAD_ROWS: readonly (readonly [what: string, row: Bad])[] = [
  ['holds nothing but its key', (_, index) => ({ sk: sk('watch', `empty ${index}`) })],
  [
    'is of a kind that a later release knows',
    (_, index) => ({ sk: sk('audit', `later ${index}`), at, kind: 'audit', uid: `later ${index}` }),
  ],
  [
    'lies where it does not say',
    (_, index) => ({ sk: sk('watch', `here ${index}`), at, kind: 'watch', uid: `there ${index}` }),
  ],
  [
    'says its time as a text',
    (_, index) => ({ sk: sk('watch', `text ${index}`), at: String(at), kind: 'watch', uid: `text ${index}` }),
  ],
  [
    'holds a look that is none',
    (_, index) => ({ sk: sk('watch', `w${index}`), at, kind: 'watch', uid: `w${index}`, look: { shard: 'x' } }),
  ],
  ['has a key without a time', (_, index) => ({ sk: `!${index}`, at, kind: 'watch', uid: `w${index}` })],
  [
    'throws when it is seen to',
    (partition, index) => {
      const uid = uidsIn(partition, index + 1).at(-1) ?? '';
      return { sk: sk('receiver', uid), at, kind: 'receiver', uid };
    },
  ],
];

it('an entry that a worker, its clock behind, puts again while its schedule is told of is not taken back', async () => {
  const { ports } = createEngineHarness({ actions: [createSampleActions().numberedPages] });
  const entry = { at, kind: 'schedule', uid: 'a schedule' } as const;
  const send = () => ports.due.putDue(entry); // the worker that is told puts it
  await handleDueEntry({ ...ports, messages: { ...ports.messages, send } }, entry);
  expect(await listDueEntries(ports.due, START, 9)).toEqual([entry]);
});

describe('rows that fail for good', () => {
  it.each(BAD_ROWS)(
    '60 in each partition, each of which %s, stay, and what is due behind them is done',
    async (_, row) => {
      const { harness, lines } = await open();
      for (const partition of PARTITIONS) {
        for (let index = 0; index < 60; index += 1) await putRow(harness, partition, row(partition, index));
        for (const uid of uidsIn(partition, 60)) await breakReceiver(harness, uid);
      }
      const uids = await putOneInEach(harness);
      const before = await countRows(harness);
      await sweep(harness.ports, START + MINUTE_MS);
      expect(toldSchedules(harness)).toEqual(uids.toSorted());
      expect(await countRows(harness)).toBe(before); // each told schedule has a row for its next look
      expect(lines.errors.length).toBe(before - DUE_PARTITIONS);
      expect(lines.swept).toMatchObject([{ seen_to: DUE_PARTITIONS, failing_rows: before - DUE_PARTITIONS }]);
    },
  );

  it('are tried again after a time that grows to a quarter of an hour', async () => {
    const { harness, lines } = await open();
    await putRow(harness, 0, { sk: sk('audit', 'later'), at, kind: 'audit', uid: 'later' });
    const triedAt: number[] = [];
    for (let minute = 0; minute <= 62; minute += 1) {
      harness.skipTo(START + minute * MINUTE_MS);
      const { failing } = await sweep(harness.ports, harness.now() + MINUTE_MS);
      expect(failing).toBe(1);
      if (lines.errors.splice(0).length > 0) triedAt.push(minute);
    }
    expect(triedAt).toEqual([0, 1, 2, 4, 8, 16, 31, 46, 61]);
  });

  it('are done once what was wrong is right again', async () => {
    const { harness } = await open();
    await harness.ports.due.putDue({ at, kind: 'receiver', uid: BROKEN_RECEIVER });
    expect(await sweep(harness.ports, START + MINUTE_MS)).toMatchObject({ seenTo: 0, failing: 1 });
    await harness.table.delete(keys.receiver(BROKEN_RECEIVER));
    harness.skipTo(START + MINUTE_MS);
    expect(await sweep(harness.ports, harness.now() + MINUTE_MS)).toMatchObject({ seenTo: 1, failing: 0 });
    expect(await countRows(harness)).toBe(0);
  });

  it('count one failure where two sweeps meet them at once', async () => {
    const { harness } = await open();
    await harness.ports.due.putDue({ at, kind: 'receiver', uid: BROKEN_RECEIVER });
    const until = START + MINUTE_MS;
    await Promise.all([sweep(harness.ports, until), sweep(harness.ports, until)]);
    const { rows } = await harness.ports.due.listDue(partitionOf(BROKEN_RECEIVER), START, 10);
    expect(rows).toMatchObject([{ failures: 1, tryAt: START + 30_000 }]);
  });

  it('are not made again by a sweep that comes late, where another has seen to them', async () => {
    const { harness } = await open();
    await harness.ports.due.putDue({ at, kind: 'receiver', uid: BROKEN_RECEIVER });
    const { rows } = await harness.ports.due.listDue(partitionOf(BROKEN_RECEIVER), START, 10);
    await harness.ports.due.deleteDue({ at, kind: 'receiver', uid: BROKEN_RECEIVER });
    expect(await Promise.all(rows.map((row) => harness.ports.due.putOff(row, START)))).toEqual([false]);
    expect(await countRows(harness)).toBe(0);
  });
});

describe('a backlog', () => {
  it('in each partition does not keep the others from their turn, however little time a sweep has', async () => {
    const { harness } = await open();
    for (const partition of PARTITIONS) {
      for (const uid of uidsIn(partition, 60)) await harness.ports.due.putDue({ at, kind: 'schedule', uid });
    }
    // A second a page: time for one page of each and half of the second.
    const listDue: EngineHarness['ports']['due']['listDue'] = (...asked) => {
      harness.skipTo(harness.now() + 1_000);
      return harness.ports.due.listDue(...asked);
    };
    await sweep({ ...harness.ports, due: { ...harness.ports.due, listDue } }, START + 15_000);
    const told = toldSchedules(harness);
    expect(told).toHaveLength(15 * 25);
    expect(new Set(told.map(partitionOf)).size).toBe(DUE_PARTITIONS);
  });

  it('begins in another partition each minute', async () => {
    const first: number[] = [];
    for (const minute of PARTITIONS) {
      const { harness } = await open();
      harness.skipTo(START + minute * MINUTE_MS);
      for (const uid of uidsIn(minute, 1)) await harness.ports.due.putDue({ at, kind: 'schedule', uid });
      const listDue: EngineHarness['ports']['due']['listDue'] = (partition, ...asked) => {
        first.push(partition);
        harness.skipTo(harness.now() + MINUTE_MS);
        return harness.ports.due.listDue(partition, ...asked);
      };
      await sweep({ ...harness.ports, due: { ...harness.ports.due, listDue } }, harness.now() + 45_000);
    }
    expect(new Set(first).size).toBe(DUE_PARTITIONS);
  });

  it('is told by the age of its oldest row, of those at which no sweep has failed', async () => {
    const { harness, lines } = await open();
    await putRow(harness, 3, { sk: `${START - 60 * MINUTE_MS}#audit#later`, at, kind: 'audit', uid: 'later' });
    await sweep(harness.ports, START + MINUTE_MS);
    for (const uid of uidsIn(7, 1)) await harness.ports.due.putDue({ at, kind: 'schedule', uid });
    await sweep(harness.ports, START + MINUTE_MS);
    expect(lines.swept.map((line) => line['oldest_row_seconds'])).toEqual([3_600, 600]);
  });

  it('of a partition that cannot be read is told, and the others are swept', async () => {
    const { harness, lines } = await open();
    const uids = await putOneInEach(harness);
    const listDue: EngineHarness['ports']['due']['listDue'] = async (partition, ...asked) => {
      if (partition === 4) throw new Error('no answer');
      return harness.ports.due.listDue(partition, ...asked);
    };
    await sweep({ ...harness.ports, due: { ...harness.ports.due, listDue } }, START + MINUTE_MS);
    expect(toldSchedules(harness)).toEqual(uids.filter((uid) => partitionOf(uid) !== 4).toSorted());
    expect(lines.errors).toMatchObject([{ partition: 4 }]);
  });
});

type Line = Readonly<Record<string, unknown>>;

/** A harness in which one receiver's record is broken, with what its sweeps log. */
async function open() {
  const made = createEngineHarness({ actions: [createSampleActions().numberedPages] });
  const lines = { errors: [] as Line[], swept: [] as Line[] };
  const log = {
    ...made.ports.log,
    error: (_: string, data: Line = {}) => void lines.errors.push(data),
    info: (_: string, data: Line = {}) => void lines.swept.push(data),
  };
  const harness: EngineHarness = { ...made, ports: { ...made.ports, log } };
  await breakReceiver(harness, BROKEN_RECEIVER);
  return { harness, lines };
}

/** Whoever reads its record throws. */
async function breakReceiver(harness: EngineHarness, uid: string): Promise<void> {
  await harness.table.put(keys.receiver(uid), { failures: 'many', expires_at: 2 * START });
}

async function putRow(harness: EngineHarness, partition: number, row: ReturnType<Bad>): Promise<void> {
  await harness.table.put({ pk: duePartition(partition), sk: row.sk }, row);
}

async function putOneInEach(harness: EngineHarness): Promise<readonly string[]> {
  const uids = PARTITIONS.flatMap((partition) => uidsIn(partition, 1));
  for (const uid of uids) await harness.ports.due.putDue({ at: START - 1, kind: 'schedule', uid });
  return uids;
}

async function countRows(harness: EngineHarness): Promise<number> {
  const pages = await Promise.all(PARTITIONS.map((one) => harness.ports.due.listDue(one, 2 * START, 1_000)));
  return pages.flatMap(({ rows }) => rows).length;
}

/** Schedules that the control function was asked to see to. */
function toldSchedules({ sent }: EngineHarness): readonly string[] {
  return sent.flatMap(({ message }) => (message.kind === 'reconcile' ? [message.scheduleUid] : [])).toSorted();
}

function partitionOf(uid: string): number {
  const entry: DueEntry = { at, kind: 'schedule', uid };
  return Number(keys.due(entry).pk.slice(duePartition(0).length - 1));
}

function uidsIn(partition: number, count: number): readonly string[] {
  const uids: string[] = [];
  for (let drawn = 0; uids.length < count; drawn += 1) {
    if (partitionOf(`schedule ${drawn}`) === partition) uids.push(`schedule ${drawn}`);
  }
  return uids;
}
