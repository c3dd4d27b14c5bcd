import { beforeEach, expect, it } from 'vitest';
import { createPaceStore } from '../../shared/storage/pace-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { forgottenAt, type Pace, type PaceRecord, takeTurn, type Turn } from '../../shared/domain/pace.ts';
import type { PaceDecision, PaceKey, PaceStore } from '../../shared/engine/stores/pace-store.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const KEY: PaceKey = { workspaceUid: 'w', actionName: 'a', part: null };
const FIVE_A_MINUTE: Pace = { calls: 5, perMs: 60_000, minGapMs: 0 };

/** A worker's own table, at whose end a request takes so many turns of the event loop. */
let open: (turns: () => number) => Table;
let meter: (operation: string) => { readonly calls: number; readonly writeUnits: number } | undefined;
beforeEach(() => {
  const engine = openEngine({ now: () => NOW });
  open = (turns) => {
    const client = clientOf(engine);
    client.middlewareStack.add(
      (next) => async (args) => {
        for (let left = turns(); left > 0; left -= 1) await new Promise((resolve) => void setImmediate(resolve));
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    return new Table(client, TABLE_NAME, clock);
  };
  meter = (wanted) => engine.meter().find(({ operation }) => operation === wanted);
});

/** Waits are over at once: what counts is who is first. */
const clock = { now: () => NOW, after: (_: number, callback: () => void) => (setImmediate(callback), () => undefined) };
const random = { fraction: () => 0.5, bytes: () => new Uint8Array(), uuid: () => '' };

/** The store as one worker has it. */
function worker(turns: () => number = () => 0): PaceStore {
  return createPaceStore(open(turns), { clock, random });
}

function decide(record: PaceRecord, queues = true): PaceDecision {
  const decided = takeTurn(FIVE_A_MINUTE, record, { now: NOW, reserved: false, patienceMs: 0, queues });
  return { ...decided, forgottenAt: forgottenAt(FIVE_A_MINUTE, decided.record) };
}

const times = (turns: readonly Turn[]): readonly number[] =>
  turns.map((turn) => (turn.kind === 'start' ? turn.at : turn.until)).toSorted((a, b) => a - b);

it('gives each turn once, however many workers ask at once', async () => {
  let drawn = 7;
  const draw = (): number => (drawn = (drawn * 16_807) % 2_147_483_647) % 7;
  const workers = Array.from({ length: 6 }, () => worker(draw)).flatMap((one) => Array<PaceStore>(5).fill(one));
  const turns = await Promise.all(workers.map((one) => one.take(KEY, (record) => decide(record))));
  expect(turns.filter(({ kind }) => kind === 'start')).toHaveLength(5);
  expect(new Set(times(turns)).size).toBe(1 + 25);
});

it('serves those that ask at once in one worker with one write', async () => {
  const store = worker();
  const turns = await Promise.all(Array.from({ length: 10 }, () => store.take(KEY, (record) => decide(record))));
  expect(turns.filter(({ kind }) => kind === 'start')).toHaveLength(5);
  expect(meter('PutItem')?.calls).toBeLessThanOrEqual(2);
});

it('writes nothing where nothing is to be kept', async () => {
  const store = worker();
  for (let turn = 0; turn < 5; turn += 1) await store.take(KEY, (record) => decide(record));
  const before = meter('PutItem')?.calls;
  expect(await store.take(KEY, (record) => decide(record, false))).toMatchObject({ kind: 'wait' });
  expect(meter('PutItem')?.calls).toBe(before);
});

it('keeps actions, workspaces and parts apart', async () => {
  const store = worker();
  const others = [
    { ...KEY, part: 'x' },
    { ...KEY, part: 'y' },
    { ...KEY, actionName: 'b' },
    { ...KEY, workspaceUid: 'v' },
  ];
  for (let turn = 0; turn < 5; turn += 1) await store.take(KEY, (record) => decide(record));
  for (const key of others) expect(await store.take(key, (record) => decide(record))).toMatchObject({ kind: 'start' });
  expect(await store.take(KEY, (record) => decide(record))).toMatchObject({ kind: 'wait' });
});

it('a record of as many starts as it tells one by one costs one write unit', async () => {
  const pace: Pace = { calls: 64, perMs: 86_400_000, minGapMs: 0 };
  const key = { workspaceUid: '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', actionName: 'a'.repeat(64), part: 'x' };
  const store = worker();
  for (let turn = 0; turn < 65; turn += 1) {
    const now = NOW + turn * 1_003;
    await store.take(key, (record) => {
      const decided = takeTurn(pace, record, { now, reserved: false, patienceMs: 0, queues: true });
      return { ...decided, forgottenAt: forgottenAt(pace, decided.record) };
    });
  }
  expect(meter('PutItem')).toMatchObject({ calls: 65, writeUnits: 65 });
});
