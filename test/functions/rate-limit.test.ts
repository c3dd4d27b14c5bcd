import { beforeEach, describe, expect, it } from 'vitest';
import { createRateLimiter, type SpendRate } from '../../functions/http/rate-limit.ts';
import { createLimitStore, type LimitStore } from '../../shared/storage/limit-store.ts';
import { createRateStore, type RateStore } from '../../shared/storage/rate-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

const LIMITS = {
  live: { perSecond: 20, burst: 40 },
  launch: { perSecond: 10, burst: 20 },
  read: { perSecond: 50, burst: 100 },
  wait: { perSecond: 20, burst: 100 },
};
const START = Date.UTC(2026, 0, 5, 12);

let now = START;
let rates: RateStore;
let limits: LimitStore;
/** Calls of the table by now. */
let counts: () => { readonly reads: number; readonly writes: number };
beforeEach(() => {
  now = START;
  const engine = openEngine({ now: () => now });
  const table = new Table(clientOf(engine), TABLE_NAME, { now: () => now, after: () => () => undefined });
  rates = createRateStore(table);
  limits = createLimitStore(table);
  counts = () => {
    const made = (name: string) => engine.meter().find(({ operation }) => operation === name)?.calls ?? 0;
    return { reads: made('GetItem'), writes: made('UpdateItem') };
  };
});

const container = (): SpendRate => createRateLimiter(rates, LIMITS, () => now);

/** Calls made one after another until one is refused, at most so many. */
async function spendAll(spend: SpendRate, workspace = 'w', most = 1_000): Promise<number> {
  for (let made = 0; made < most; made += 1) {
    if ((await spend(workspace, 'live')).refusedUntil !== null) return made;
  }
  return most;
}

describe('one container', () => {
  it('lets a burst through to the call, then as many as come back', async () => {
    const spend = container();
    expect(await spendAll(spend)).toBe(40);
    now += 1_000;
    expect(await spendAll(spend)).toBe(20);
    now += 3_600_000;
    expect(await spendAll(spend)).toBe(40);
  });

  it('says what is left, and when all of it is back', async () => {
    const spend = container();
    expect(await spend('w', 'live')).toMatchObject({ type: 'live', limit: 40, remaining: 39, resetSeconds: 1 });
    await spendAll(spend);
    expect(await spend('w', 'live')).toMatchObject({ remaining: 0, resetSeconds: 2, refusedUntil: now + 50 });
    now += 49;
    expect(await spend('w', 'live')).toMatchObject({ refusedUntil: now + 1 });
    now += 1;
    expect(await spend('w', 'live')).toMatchObject({ remaining: 0, refusedUntil: null });
  });

  it('reads its limit once a minute and writes once a lot, but neither for a workspace over its limit or at rest', async () => {
    await limits.move('w');
    const before = counts();
    const made = () => ({ reads: counts().reads - before.reads, writes: counts().writes - before.writes });
    const spend = container();
    for (let call = 0; call < 5; call += 1) await spend('w', 'live');
    expect(made()).toEqual({ reads: 1, writes: 1 });
    await spendAll(spend);
    expect(made()).toEqual({ reads: 1, writes: 8 });
    await spendAll(spend);
    expect(made()).toEqual({ reads: 1, writes: 8 });
  });

  it('keeps workspaces and kinds of call apart', async () => {
    const spend = container();
    await spendAll(spend);
    expect(await spend('other', 'live')).toMatchObject({ remaining: 39 });
    expect(await spend('w', 'read')).toMatchObject({ limit: 100, remaining: 99 });
  });

  it('hands a lot out once to calls that come together', async () => {
    const spend = container();
    const storedOnes = await Promise.all(Array.from({ length: 60 }, () => spend('w', 'live')));
    expect(storedOnes.filter(({ refusedUntil }) => refusedUntil === null)).toHaveLength(40);
  });
});

describe('several containers', () => {
  it('share one bucket: together they let a burst through', async () => {
    const containers = Array.from({ length: 4 }, container);
    let made = 0;
    for (let round = 0; round < 30; round += 1) {
      for (const spend of containers) made += await spendAll(spend, 'w', 1);
    }
    expect(made).toBe(40);
  });

  it('are right within one lot about what the others took', async () => {
    const [one, other] = [container(), container()];
    await one('w', 'live');
    await spendAll(other, 'w', 20);
    for (let call = 0; call < 4; call += 1) await one('w', 'live');
    // one: 5 of its own; other: 20; its next lot shows it.
    expect(await one('w', 'live')).toMatchObject({ remaining: 40 - 26 });
  });
});

describe("a workspace's own limit", () => {
  it('holds from the next lot after a minute on, and can be taken away', async () => {
    const spend = container();
    await spend('w', 'live');
    await limits.set('w', { rates: { live: { perSecond: 1, burst: 8 } } });
    now += 60_000;
    for (let call = 0; call < 4; call += 1) await spend('w', 'live');
    expect(await spendAll(spend)).toBe(8);
    now += 1_000;
    expect(await spend('w', 'live')).toMatchObject({ limit: 8, remaining: 0, refusedUntil: null });
    expect(await spend('w', 'live')).toMatchObject({ refusedUntil: now + 1_000 });
    await limits.set('w', { rates: { live: null } });
    now += 60_000;
    expect(await spendAll(spend)).toBe(40);
  });

  it('holds for a workspace that is over its limit, a minute later', async () => {
    await limits.set('w', { rates: { live: { perSecond: 0.001, burst: 1 } } });
    const spend = container();
    expect(await spendAll(spend)).toBe(1);
    await limits.set('w', { rates: { live: { perSecond: 10, burst: 1_000_000 } } });
    expect(await spendAll(spend)).toBe(0);
    now += 60_000;
    expect(await spend('w', 'live')).toMatchObject({ limit: 1_000_000, refusedUntil: null });
  });
});
