import { EngineError } from '../domain/errors.ts';
import { NO_STARTS, type PaceRecord, type Starts, type Turn } from '../domain/pace.ts';
import type { Random, Clock } from '../engine/ports.ts';
import type { PaceDecision, PaceKey, PaceStore } from '../engine/stores/pace-store.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** A caller that waits for its turn to be decided. */
interface Asker {
  readonly decide: (record: PaceRecord) => PaceDecision;
  readonly answer: (turn: Turn) => void;
  readonly fail: (error: unknown) => void;
}

/** The stored record and its revision; revision null where there is no record. */
interface Stored {
  readonly record: PaceRecord;
  readonly revision: number | null;
}

const BACKOFF_MS = 20;
const BACKOFF_CAP_MS = 1_000;
/** Each round lets one writer through. A caller that lost all of them (about five seconds) gets UNAVAILABLE. */
const ROUNDS = 14;

/**
 * Records of paces, one item each. Each write has the condition that the item is still at the revision that was read.
 */
export function createPaceStore(
  table: Table,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): PaceStore {
  const asking = new Map<string, Asker[]>();

  /** Serves waiting callers, also those that arrive meanwhile: one write decides all that wait at that time. */
  async function serve(name: string, key: PaceKey, askers: Asker[]): Promise<void> {
    try {
      for (let round = 0; askers.length > 0;) {
        const stored = readStored(await table.get(keys.pace(key), 'strong'));
        const { record, forgottenAt, turns } = decideAll(stored.record, askers);
        if (record !== stored.record && !(await write(key, stored, record, forgottenAt))) {
          round += 1;
          if (round > ROUNDS) throw tooMany(key);
          const waitMs = Math.min(BACKOFF_CAP_MS, BACKOFF_MS * 2 ** round) * random.fraction();
          await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
          continue;
        }
        round = 0;
        for (const [index, asker] of askers.splice(0, turns.length).entries()) {
          const turn = turns[index];
          if (turn !== undefined) asker.answer(turn);
        }
      }
    } catch (error) {
      for (const asker of askers.splice(0)) asker.fail(error);
    } finally {
      asking.delete(name); // in the same turn of the event loop in which the list became empty, so no caller is missed
    }
  }

  async function write(key: PaceKey, stored: Stored, record: PaceRecord, forgottenAt: number): Promise<boolean> {
    const { starts, lineAt, lateAt } = record;
    const item = {
      rev: (stored.revision ?? 0) + 1,
      s: starts.flatMap(({ at, calls }) => [at, calls]),
      l: lineAt,
      la: lateAt,
      expires_at: Math.ceil(forgottenAt / 1_000),
    };
    const isAsRead =
      stored.revision === null
        ? { expression: 'attribute_not_exists(pk)' }
        : { expression: 'rev = :rev', values: { ':rev': stored.revision } };
    return (await table.put(keys.pace(key), item, isAsRead)).done;
  }

  return {
    take: (key, decide) =>
      new Promise((answer, fail) => {
        const asker: Asker = { decide, answer, fail };
        const name = JSON.stringify([key.workspaceUid, key.actionName, key.part]);
        const others = asking.get(name);
        if (others !== undefined) {
          others.push(asker);
          return;
        }
        const askers = [asker];
        asking.set(name, askers);
        void serve(name, key, askers);
      }),
  };
}

function decideAll(
  stored: PaceRecord,
  askers: readonly Asker[],
): { readonly record: PaceRecord; readonly forgottenAt: number; readonly turns: readonly Turn[] } {
  const turns: Turn[] = [];
  let record = stored;
  let forgottenAt = 0;
  for (const { decide } of askers) {
    const decision = decide(record);
    record = decision.record;
    forgottenAt = Math.max(forgottenAt, decision.forgottenAt);
    turns.push(decision.turn);
  }
  return { record, forgottenAt, turns };
}

function readStored(item: Item | null): Stored {
  if (item === null) return { record: NO_STARTS, revision: null };
  const read = new ItemReader(item);
  const flat = read.stored<readonly number[]>('s') ?? [];
  const starts: Starts[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    starts.push({ at: flat[index] ?? 0, calls: flat[index + 1] ?? 1 });
  }
  return {
    record: { starts, lineAt: read.number('l'), lateAt: read.number('la') },
    revision: read.number('rev'),
  };
}

function tooMany({ actionName }: PaceKey): EngineError {
  const message = `There are too many concurrent calls of ${actionName}; try again.`;
  return new EngineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
