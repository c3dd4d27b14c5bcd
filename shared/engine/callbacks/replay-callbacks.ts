import { REPLAY_LEASE_MARGIN_MS, MAX_DELAY_MS } from '../../domain/timing.ts';
import type { CallbackRecord, CallbackStatus } from '../../domain/callback.ts';
import { EngineError } from '../../domain/errors.ts';
import { readUid, shortHash } from '../../domain/ids.ts';
import { replayRecord, replayUid, stateOf } from '../../domain/replay.ts';
import type { CorePorts } from '../ports.ts';
import { listRunCallbacks } from '../read/list-run-callbacks.ts';
import type { ReadPorts, Run } from '../read/read-ports.ts';
import { createBudget } from '../read/steps.ts';
import { nextCheck } from '../runs/check-times.ts';
import { settleAll } from '../settle-all.ts';
import { AT_ONCE, releaseDelayMs } from './release-pace.ts';

type ReplayPorts = Pick<CorePorts, 'clock' | 'callbacks' | 'due' | 'messages'>;

/** A uid that collides with another replay's is drawn again. After this many draws something else is wrong. */
const DRAWS = 20;

/**
 * Sends a callback once more, with the same id and body, as a new record with its own schedule of attempts. Idempotent:
 * a second call with the same seed has no effect.
 */
export async function replayCallback(
  ports: ReplayPorts,
  original: CallbackRecord,
  seed: Uint8Array,
): Promise<CallbackRecord> {
  const at = nextCheck(ports.clock.now());
  const about = readUid(original.refUid);
  if (about === null) throw new RangeError(`${original.refUid} names no callback.`);
  // An ended run without open work is checked again, until the replay is delivered or has failed.
  if (about.kind !== 'notification') await ports.due.putDue({ at, kind: 'watch', uid: about.runUid });
  const replay = await sendReplay(ports, original, seed);
  if (about.kind === 'notification') await ports.due.putDue({ at, kind: 'notification', uid: replay.uid });
  return replay;
}

/**
 * Replays the callbacks of a run that have one of the wanted statuses, each once, except those of which a replay is
 * under way. It takes callbacks until `until` (epoch ms); `isComplete: false`: there are more. They go out at the pace
 * of release-pace.ts, and until the last is sent no other replay of the run begins. Throws INVALID_STATE for a live
 * run, which has no callbacks, and while another replay is under way.
 */
export async function replayCallbacks(
  ports: ReplayPorts & ReadPorts,
  run: Run,
  wanted: { readonly statuses: readonly CallbackStatus[]; readonly seed: Uint8Array; readonly until: number },
): Promise<{ readonly replayed: number; readonly isComplete: boolean }> {
  const { uid, mode, status, expiresAt } = run.control;
  if (mode === 'LIVE') {
    throw new EngineError('INVALID_STATE', `Run ${uid} is a live run, which has no callbacks.`, { params: { status } });
  }
  const by = shortHash(Buffer.from(wanted.seed).toString('base64'));
  const startedAt = ports.clock.now();
  const takeUntil = (until: number): Promise<number | null> =>
    ports.callbacks.takeReplay(uid, { by, until }, startedAt, expiresAt);
  const busyUntil = await takeUntil(wanted.until + REPLAY_LEASE_MARGIN_MS);
  if (busyUntil !== null) throw replayUnderWay(run, busyUntil);
  await ports.due.putDue({ at: nextCheck(ports.clock.now()), kind: 'watch', uid });
  let replayed = 0;
  let isComplete = true;
  for await (const originals of batchesOf(originalsOf(ports, run, wanted.statuses))) {
    const delayMs = releaseDelayMs(replayed);
    isComplete = ports.clock.now() < wanted.until && delayMs <= MAX_DELAY_MS;
    if (!isComplete) break;
    await settleAll(originals.map((original) => sendReplay(ports, original, wanted.seed, delayMs)));
    replayed += originals.length;
  }
  // The replay is over when the last callback is sent. If this worker dies before this write, its lease ends.
  await takeUntil(replayed <= AT_ONCE ? startedAt : ports.clock.now() + releaseDelayMs(replayed));
  return { replayed, isComplete };
}

function replayUnderWay({ control }: Run, until: number): EngineError {
  const at = new Date(until).toISOString();
  const message = `A replay of the callbacks of run ${control.uid} is in progress until ${at}. Try again after that time.`;
  return new EngineError('INVALID_STATE', message, { params: { status: control.status, until: at } });
}

/** Writes the record, then sends its message. If the message is lost, the run's check finds the record. */
async function sendReplay(
  ports: ReplayPorts,
  original: CallbackRecord,
  seed: Uint8Array,
  delayMs = 0,
): Promise<CallbackRecord> {
  const { workspaceUid } = original;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const now = ports.clock.now();
    const wanted = replayRecord(original, replayUid(seed, original, draw), now, now + delayMs);
    const stored = await ports.callbacks.createRecord(wanted);
    if (stored.parentUid !== wanted.parentUid) continue; // the uid belongs to a replay of another callback
    if (stored.by === '') {
      await ports.messages.send({ kind: 'callback', uid: stored.uid, attempt: 0 }, { workspaceUid, delayMs });
    }
    return stored;
  }
  throw new Error(`No free uid was drawn for a replay of ${original.uid}.`);
}

/** The first record of each callback with one of the statuses. The records of one callback follow each other. */
async function* originalsOf(
  ports: ReadPorts,
  run: Run,
  statuses: readonly CallbackStatus[],
): AsyncGenerator<CallbackRecord> {
  let records: CallbackRecord[] = [];
  const everything = { after: '', wanted: () => true, budget: createBudget(Infinity) };
  const chosen = function* (): Generator<CallbackRecord> {
    const [original] = records;
    if (original === undefined || records.some(isReplayUnderWay)) return;
    if (statuses.includes(stateOf(records))) yield original;
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

function isReplayUnderWay({ parentUid, status }: CallbackRecord): boolean {
  return parentUid !== null && (status === 'PENDING' || status === 'RUNNING');
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
