import type { CorePorts } from '../ports.ts';
import { CHECKS_A_MINUTE } from '../callbacks/release-pace.ts';
import { DUE_PARTITIONS, type DueEntry, type DueRow } from '../stores/due-store.ts';
import { settleAll } from '../settle-all.ts';
import { putOffMs } from './put-off.ts';
import { handleDueEntry } from './handle-due-entry.ts';

/** Rows of one page; they are handled side by side. */
const PAGE_ROWS = 25;
const MINUTE_MS = 60_000;

/** The result of one sweep. An alarm and the dashboard read its log line (infra/constructs). */
export interface SweepReport {
  /** Rows that were handled, and are deleted or put anew. */
  readonly seenTo: number;
  /** Due rows that failed, now or in an earlier sweep. */
  readonly failing: number;
  /** The longest delay of a row at which no sweep had failed before, in whole seconds. */
  readonly oldestSeconds: number;
}

/**
 * Handles everything that is due, until `until` (epoch ms): callbacks' attempts that were too far off for a queue, and
 * checks of runs. A run has an entry from before its launch until it has no open work, so a run whose message was lost
 * is found again. The partitions are read in turn, one page each, so that a backlog in one delays no other. A row that
 * fails is put off, and the sweep goes on behind it. A check of a receiver that leaves more callbacks to send gets its
 * next turn after a page of each partition.
 */
export async function sweep(ports: CorePorts, until: number): Promise<SweepReport> {
  const tally = { seenTo: 0, failing: 0, oldestSeconds: 0 };
  let turns = partitionsFrom(Math.floor(ports.clock.now() / MINUTE_MS));
  const open: OpenChecks = new Map();
  while (turns.length > 0 || open.size > 0) {
    const left: Turn[] = [];
    for (const turn of turns) {
      if (ports.clock.now() >= until) return report(ports, tally);
      const next = await sweepPage(ports, turn, tally, open);
      if (next !== null) left.push(next);
    }
    turns = left;
    const checks = Array.from(open.values()); // a copy: a check that leaves more has its next turn in the next round
    for (const check of checks) {
      if (ports.clock.now() >= until) return report(ports, tally);
      await goOn(ports, check, open);
    }
  }
  return report(ports, tally);
}

type Tally = { -readonly [Name in keyof SweepReport]: SweepReport[Name] };

/** The next page of a partition; `after` null: its first. */
interface Turn {
  readonly partition: number;
  readonly after: string | null;
}

/** Each minute begins with another partition, so that all get their turn even if something ends every sweep early. */
function partitionsFrom(first: number): readonly Turn[] {
  return Array.from({ length: DUE_PARTITIONS }, (_, at) => ({ partition: (first + at) % DUE_PARTITIONS, after: null }));
}

/** Checks that left more to do at once, by uid. Their entries remain for the next minute's sweep. */
type OpenChecks = Map<string, { readonly entry: DueEntry; readonly checks: number }>;

function leaveOpen(open: OpenChecks, entry: DueEntry | null, checks: number): void {
  if (entry !== null && checks < CHECKS_A_MINUTE) open.set(entry.uid, { entry, checks });
}

/** Makes one more check. If it fails, the next minute's sweep repeats it. */
async function goOn(
  ports: CorePorts,
  { entry, checks }: { entry: DueEntry; checks: number },
  open: OpenChecks,
): Promise<void> {
  open.delete(entry.uid);
  try {
    leaveOpen(open, await handleDueEntry(ports, entry), checks + 1);
  } catch (error) {
    ports.log.error('a due row could not be gone on with and is looked at in a minute', {
      uid: entry.uid,
      stack: stackOf(error),
    });
  }
}

/** Handles one page. Returns the next one; null where there is none, or the partition could not be read. */
async function sweepPage(
  ports: CorePorts,
  { partition, after }: Turn,
  tally: Tally,
  open: OpenChecks,
): Promise<Turn | null> {
  const now = ports.clock.now();
  try {
    const { rows, next } = await ports.due.listDue(partition, now, PAGE_ROWS, after);
    const done = await settleAll(rows.map(async (row) => row.tryAt <= now && (await handleRow(ports, row, open))));
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

function report(ports: CorePorts, { seenTo, failing, oldestSeconds }: SweepReport): SweepReport {
  ports.log.info('swept', { seen_to: seenTo, failing_rows: failing, oldest_row_seconds: oldestSeconds });
  return { seenTo, failing, oldestSeconds };
}

/** Handles one row. What follows is written or sent first, the row is deleted last. False: it failed and is put off. */
async function handleRow(ports: CorePorts, row: DueRow, open: OpenChecks): Promise<boolean> {
  try {
    // The release that wrote it can read it, e.g. a later one that is being rolled out: it must not be lost.
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
