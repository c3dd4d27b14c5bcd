import { SHARD_SIZE, shardOf, type StoredInput } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl } from '../../domain/run.ts';
import type { ReadPorts, RecordedPage } from './read-ports.ts';
import { createBudget, type Step } from './steps.ts';

/** An item that an action returned, with its page. */
export interface OutputRow {
  readonly result: unknown;
  readonly pageRecord: PageRecord;
  /** Null unless asked for. */
  readonly stored: StoredInput | null;
}

/** The place of the item to read next. */
export interface OutputPlace {
  readonly input: number;
  readonly page: number;
  readonly item: number;
}

type OutputPorts = Pick<ReadPorts, 'reader' | 'runs'>;

const PAGES_AT_ONCE = 50;

/**
 * The items of a run, ordered by input and page. While the run is unfinished the list ends, incomplete, after the last
 * recorded page of the first input that has not ended; a caller who continues there later misses nothing. One call
 * makes at most `queries` queries.
 */
export async function* listOutputs(
  ports: OutputPorts,
  control: RunControl,
  list: { readonly from: OutputPlace; readonly withInputs: boolean; readonly queries: number },
): AsyncGenerator<Step<OutputRow, OutputPlace>> {
  const budget = createBudget(list.queries);
  const ended = hasEnded(control.status);
  let place = list.from;
  while (place.input < control.inputsTotal) {
    if (!budget.spend(1)) {
      yield { row: null, after: place };
      return;
    }
    const shard = shardOf(place.input);
    const { pages, more } = await ports.reader.listPages(control.uid, place, PAGES_AT_ONCE);
    for (const page of pages) {
      const { pageRecord } = page;
      const next = ended || pageRecord.input === place.input ? placeAfter(control, pageRecord) : null;
      if (next === null) {
        yield { row: null, after: place, incomplete: true };
        return;
      }
      const isBegun = pageRecord.input === place.input && pageRecord.page === place.page;
      yield* itemsOf(ports, page, isBegun ? place.item : 0, next, list.withInputs);
      place = next;
    }
    if (more || shardOf(place.input) > shard || place.input >= control.inputsTotal) continue;
    if (!ended) {
      yield { row: null, after: place, incomplete: true };
      return;
    }
    place = { input: (shard + 1) * SHARD_SIZE, page: 0, item: 0 };
  }
}

async function* itemsOf(
  ports: OutputPorts,
  { pageRecord, readResults }: RecordedPage,
  from: number,
  next: OutputPlace,
  withInputs: boolean,
): AsyncGenerator<Step<OutputRow, OutputPlace>> {
  if (pageRecord.outcome.kind === 'FAILURE' || from >= pageRecord.outcome.count) return;
  const results = await readResults();
  const stored = withInputs ? await ports.runs.readInput(pageRecord.runUid, pageRecord.input) : null;
  for (const [item, result] of results.entries()) {
    if (item < from) continue;
    const isLast = item + 1 === results.length;
    const after = isLast ? next : { input: pageRecord.input, page: pageRecord.page, item: item + 1 };
    yield { row: { result, pageRecord, stored }, after };
  }
}

/** The place after a page; null where a retry will replace the page, so that what comes after it may still change. */
function placeAfter(control: RunControl, pageRecord: PageRecord): OutputPlace | null {
  const { input, page, outcome } = pageRecord;
  if (outcome.kind === 'RESULT' && !outcome.last) return { input, page: page + 1, item: 0 };
  const isFinal = outcome.kind === 'RESULT' || hasEnded(control.status) || pageRecord.epoch >= control.restartEpoch;
  const isSettled = isFinal || outcome.error.error_label === 'BAD_INPUT';
  return isSettled ? { input: input + 1, page: 0, item: 0 } : null;
}
