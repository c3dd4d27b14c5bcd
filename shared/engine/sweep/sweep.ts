import type { CorePorts } from '../ports.ts';
import { LOOKS_A_MINUTE } from '../callbacks/release-pace.ts';
import { DUE_PARTITIONS, type DueEntry, type DueRow } from '../stores.ts';
import { settleAll } from '../settle-all.ts';
import { putOffMs } from './put-off.ts';
import { handleDueEntry } from './handle-due-entry.ts';

/** Rows of one page, which are seen to side by side. */
const PAGE_ROWS = 25;
const MINUTE_MS = 60_000;

/** What one sweep came to; alarms read it from its log line (infra/constructs/log-metrics.ts). */
export interface SweepReport {
  /** Rows that were seen to, and are done with or put down anew. */
  readonly seenTo: number;
  /** Rows that failed, now or before, and are due all the same. */
  readonly failing: number;
  /** How late the latest row was that no sweep had failed at before, in whole seconds. */
  readonly oldestSeconds: number;
}

/**
 * Sees to everything that is due, until `until` (epoch ms): retries of callbacks that were too far off for a queue, and
 * looks at runs, each of which has one such entry from before its launch until everything it owes is done. So whatever
 * message is lost, its run is found again.
 * One page of each partition in turn, so that a backlog in one holds up no other. A row that fails is put off and the
 * sweep goes on behind it, so that it holds up no other either. Where one look at a receiver leaves more to be sent on, it
 * has its next one after a page of each partition.
 */
export async function sweep(ports: CorePorts, until: number): Promise<SweepReport> {
  const tally = { seenTo: 0, failing: 0, oldestSeconds: 0 };
  let turns = partitionsFrom(Math.floor(ports.clock.now() / MINUTE_MS));
  const open: OpenLooks = new Map();
  while (turns.length > 0 || open.size > 0) {
    const left: Turn[] = [];
    for (const turn of turns) {
      if (ports.clock.now() >= until) return tell(ports, tally);
      const next = await sweepPage(ports, turn, tally, open);
      if (next !== null) left.push(next);
    }
    turns = left;
    const looks = Array.from(open.values()); // of this round: one that leaves more has its next turn after the others
    for (const look of looks) {
      if (ports.clock.now() >= until) return tell(ports, tally);
      await goOn(ports, look, open);
    }
  }
  return tell(ports, tally);
}

type Tally = { -readonly [Name in keyof SweepReport]: SweepReport[Name] };

/** The next page of a partition; `after` null: its first. */
interface Turn {
  readonly partition: number;
  readonly after: string | null;
}

/** Another partition is the first each minute: should something end every sweep before its time, all get their turn. */
function partitionsFrom(first: number): readonly Turn[] {
  return Array.from({ length: DUE_PARTITIONS }, (_, at) => ({ partition: (first + at) % DUE_PARTITIONS, after: null }));
}

/** What more was left to be done at once by a look, by what it looked at. Its entry stands for the next minute's sweep. */
type OpenLooks = Map<string, { readonly entry: DueEntry; readonly looks: number }>;

function leaveOpen(open: OpenLooks, entry: DueEntry | null, looks: number): void {
  if (entry !== null && looks < LOOKS_A_MINUTE) open.set(entry.uid, { entry, looks });
}

/** One look more. Should it fail, the next minute's sweep looks again. */
async function goOn(
  ports: CorePorts,
  { entry, looks }: { entry: DueEntry; looks: number },
  open: OpenLooks,
): Promise<void> {
  open.delete(entry.uid);
  try {
    leaveOpen(open, await handleDueEntry(ports, entry), looks + 1);
  } catch (error) {
    ports.log.error('a due row could not be gone on with and is looked at in a minute', {
      uid: entry.uid,
      stack: stackOf(error),
    });
  }
}

/** Gives the page behind this one; null where there is none, or the partition could not be read. */
async function sweepPage(
  ports: CorePorts,
  { partition, after }: Turn,
  tally: Tally,
  open: OpenLooks,
): Promise<Turn | null> {
  const now = ports.clock.now();
  try {
    const { rows, next } = await ports.due.listDue(partition, now, PAGE_ROWS, after);
    const done = await settleAll(rows.map(async (row) => row.tryAt <= now && (await seeTo(ports, row, open))));
    for (const [index, { dueAt, failures }] of rows.entries()) {
      if (done[index] === true) tally.seenTo += 1;
      else tally.failing += 1;
      if (failures === 0)
        tally.oldestSeconds = Math.max(tally.oldestSeconds, Math.floor((now - (dueAt ?? now)) / 1_000));
    }
    return next === null ? null : { partition, after: next };
  } catch (error) {
    ports.log.error('a partition of due rows could not be read', { partition, stack: stackOf(error) });
    return null;
  }
}

function tell(ports: CorePorts, { seenTo, failing, oldestSeconds }: SweepReport): SweepReport {
  ports.log.info('swept', { seen_to: seenTo, failing_rows: failing, oldest_row_seconds: oldestSeconds });
  return { seenTo, failing, oldestSeconds };
}

/** One row: what follows is written or sent first, the row goes last. False: it failed, stays due, and is put off. */
async function seeTo(ports: CorePorts, row: DueRow, open: OpenLooks): Promise<boolean> {
  try {
    // Whoever wrote it knows it, as a later release does that is being rolled out: it must not be lost.
    if (row.entry === null) throw new Error('This release cannot read the row.');
    leaveOpen(open, await handleDueEntry(ports, row.entry), 1);
    return true;
  } catch (error) {
    await putOff(ports, row, error);
    return false;
  }
}

async function putOff(ports: CorePorts, row: DueRow, error: unknown): Promise<void> {
  const { partition, key, failures } = row;
  const about = { partition, key, failures: failures + 1 };
  ports.log.error('a due row could not be seen to and stays due', { ...about, stack: stackOf(error) });
  try {
    await ports.due.putOff(row, ports.clock.now() + putOffMs(failures));
  } catch (refusal) {
    ports.log.error('a due row could not be put off and is tried again in a minute', {
      ...about,
      stack: stackOf(refusal),
    });
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
