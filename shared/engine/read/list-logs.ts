import { SHARD_SIZE, shardOf } from '../../domain/input.ts';
import { bytesOfLine, LOG_BYTES, type LogEntry, type LogLine } from '../../domain/log-line.ts';
import type { RunControl } from '../../domain/run.ts';
import type { ReadPorts, StoredLogEntry } from './read-ports.ts';
import { createBudget, type Step } from './steps.ts';

/** A line with the call that it belongs to. */
export interface LogRow {
  readonly entry: Pick<LogEntry, 'input' | 'page' | 'attempt'>;
  readonly line: LogLine;
}

/** The place of the line to read next. */
export interface LogRowPlace {
  readonly input: number;
  /** The entry, by its name; null: the input's first. */
  readonly entry: string | null;
  /** So many lines of the entry were read. */
  readonly line: number;
  /** Bytes of the input's lines that were read. */
  readonly bytes: number;
}

const ENTRIES_AT_ONCE = 50;

/**
 * The log lines of a run, ordered by input, page and time. Of each input at most 64 KB are listed; then a last line
 * says that there is more. With `only` just that input's lines. One call makes at most `queries` queries.
 */
export async function* listLogs(
  ports: { readonly reader: Pick<ReadPorts['reader'], 'listLogEntries'> },
  { uid, inputsTotal }: Pick<RunControl, 'uid' | 'inputsTotal'>,
  list: { readonly from: LogRowPlace | null; readonly only: number | null; readonly queries: number },
): AsyncGenerator<Step<LogRow, LogRowPlace>> {
  const budget = createBudget(list.queries);
  const until = list.only === null ? inputsTotal : Math.min(inputsTotal, list.only + 1);
  let place = list.from ?? startOf(list.only ?? 0);
  while (place.input < until) {
    if (!budget.spend(1)) {
      yield { row: null, after: place };
      return;
    }
    const { input } = place;
    const scope = { oneInput: list.only !== null, limit: ENTRIES_AT_ONCE };
    const { entries, more } = await ports.reader.listLogEntries(uid, place, scope);
    for (const entry of entries) {
      if (entry.input < place.input) continue; // this input's lines are over the limit
      if (entry.input > place.input) place = startOf(entry.input);
      for (const step of linesOf(entry, place)) {
        place = step.after;
        yield step;
      }
    }
    const isRead = !more && shardOf(place.input) === shardOf(input);
    if (isRead) place = startOf(list.only === null ? (shardOf(input) + 1) * SHARD_SIZE : until);
  }
}

function startOf(input: number): LogRowPlace {
  return { input, entry: null, line: 0, bytes: 0 };
}

/** The lines of an entry from a place on. Over the limit one line stands for the rest of the input. */
function* linesOf(entry: StoredLogEntry, from: LogRowPlace): Generator<Step<LogRow, LogRowPlace>> {
  const begun = from.entry === entry.entry ? from.line : 0;
  let { bytes } = from;
  for (const [index, line] of entry.lines.entries()) {
    if (index < begun) continue;
    bytes += bytesOfLine(line);
    if (bytes > LOG_BYTES) {
      yield { row: { entry, line: cutLine(line.at) }, after: startOf(entry.input + 1) };
      return;
    }
    yield { row: { entry, line }, after: { input: entry.input, entry: entry.entry, line: index + 1, bytes } };
  }
}

function cutLine(at: number): LogLine {
  const message = `This input has logged more than ${LOG_BYTES / 1_024} KB. The rest is left out.`;
  return { at, level: 'warn', message, data: null, error: null };
}
