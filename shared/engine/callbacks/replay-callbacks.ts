import type { CallbackRecord, CallbackStatus } from '../../domain/callback.ts';
import { EngineError } from '../../domain/errors.ts';
import { replayRecord, replayUid, standingOf } from '../../domain/replay.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { listRunCallbacks } from '../read/list-run-callbacks.ts';
import type { ReadPorts, Run } from '../read/read-ports.ts';
import { createBudget } from '../read/steps.ts';
import { nextWatch } from '../runs/watch.ts';
import { together } from '../together.ts';

type ReplayPorts = Pick<CorePorts, 'clock' | 'callbacks' | 'due' | 'messages'>;

/** Replays whose uids meet are drawn again; beyond this many draws something else is wrong. */
const DRAWS = 20;
const AT_ONCE = 25;

/**
 * Sends a callback once more as a record of its own, with a schedule of attempts of its own; the same id and body.
 * Said twice under one seed, it is one replay.
 */
export async function replayCallback(
  ports: ReplayPorts,
  definition: RunDefinition,
  original: CallbackRecord,
  seed: Uint8Array,
): Promise<CallbackRecord> {
  // An ended run that owed nothing any more is looked at again, until the replay is settled.
  await ports.due.putDue({ at: nextWatch(ports.clock.now()), kind: 'watch', uid: definition.uid });
  return sendReplay(ports, definition, original, seed);
}

/**
 * Replays all callbacks of a run that fare as asked, each once, until `until` (epoch ms). `isComplete: false`: there are
 * more. Throws INVALID_STATE for a live run, which has none.
 */
export async function replayCallbacks(
  ports: ReplayPorts & ReadPorts,
  run: Run,
  wanted: { readonly statuses: readonly CallbackStatus[]; readonly seed: Uint8Array; readonly until: number },
): Promise<{ readonly replayed: number; readonly isComplete: boolean }> {
  const { uid, mode, status } = run.control;
  if (mode === 'LIVE') {
    throw new EngineError('INVALID_STATE', `Run ${uid} was live: it has no callbacks.`, { params: { status } });
  }
  await ports.due.putDue({ at: nextWatch(ports.clock.now()), kind: 'watch', uid });
  let replayed = 0;
  for await (const originals of batchesOf(originalsOf(ports, run, wanted.statuses))) {
    if (ports.clock.now() >= wanted.until) return { replayed, isComplete: false };
    await together(originals.map((original) => sendReplay(ports, run.definition, original, wanted.seed)));
    replayed += originals.length;
  }
  return { replayed, isComplete: true };
}

/** The record and then its message: should the message be lost, the run's watch finds the record. */
async function sendReplay(
  ports: ReplayPorts,
  definition: RunDefinition,
  original: CallbackRecord,
  seed: Uint8Array,
): Promise<CallbackRecord> {
  const { workspaceUid } = definition;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const wanted = replayRecord(original, replayUid(seed, original, draw), ports.clock.now());
    const standing = await ports.callbacks.createRecord(wanted);
    if (standing.parentUid !== wanted.parentUid) continue; // another's replay lies there
    if (standing.by === '') {
      await ports.messages.send({ kind: 'callback', uid: standing.uid, attempt: 0 }, { workspaceUid });
    }
    return standing;
  }
  throw new Error(`No free uid was drawn for a replay of ${original.uid}.`);
}

/** The first record of each callback that fares as asked; a callback's records lie side by side. */
async function* originalsOf(
  ports: ReadPorts,
  run: Run,
  statuses: readonly CallbackStatus[],
): AsyncGenerator<CallbackRecord> {
  let records: CallbackRecord[] = [];
  const everything = { after: '', wanted: () => true, budget: createBudget(Infinity) };
  const chosen = function* (): Generator<CallbackRecord> {
    const [original] = records;
    if (original !== undefined && statuses.includes(standingOf(records))) yield original;
  };
  for await (const { row } of listRunCallbacks(ports, run, everything)) {
    if (row === null) break; // never: the budget has no end
    if (records[0]?.refUid !== row.record.refUid) {
      yield* chosen();
      records = [];
    }
    records.push(row.record);
  }
  yield* chosen();
}

async function* batchesOf<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
