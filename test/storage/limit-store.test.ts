import { beforeEach, expect, it } from 'vitest';
import { createAdmissionStore } from '../../shared/storage/admission-store.ts';
import { createCallbackHosts } from '../../shared/storage/callback-hosts.ts';
import { keys } from '../../shared/storage/keys.ts';
import { createLimitStore, type LimitStore } from '../../shared/storage/limit-store.ts';
import { createRateStore } from '../../shared/storage/rate-store.ts';
import type { Table } from '../../shared/storage/table.ts';
import { createWorkspaceStore } from '../../shared/storage/workspace-store.ts';
import { openTable } from '../support/open-table.ts';

const STAGE = { runsAtOnce: 10, inputsInFlight: 20 };
const NONE = {
  runsAtOnce: null,
  inputsInFlight: null,
  quotas: { runsWaiting: null, schedules: null, uploadsOpen: null, pagesPerDay: null },
  rates: { live: null, launch: null, read: null, wait: null },
  callbackHosts: null,
};

let table: Table;
let limits: LimitStore;
beforeEach(() => {
  table = openTable({ now: () => 1, after: () => () => undefined });
  limits = createLimitStore(table);
});

/** What the functions that hold a workspace to its limits read. */
async function held(): Promise<unknown> {
  const admission = createAdmissionStore(table, STAGE, () => 1);
  return { ...(await admission.readLimits('w')), live: await createRateStore(table).readLimit('w', 'live') };
}

/** As 0.1.0 kept a workspace and its limits. */
async function keepAsBefore(): Promise<void> {
  await table.put(keys.profile('w'), { uid: 'w', name: 'acme', created_at: 1, runs_at_once: 3 });
  await table.put(keys.rate('w', 'live'), { per_second: 2, burst: 4, full_at: 7 });
}

it('sets what is named, takes away what is null, and leaves the rest', async () => {
  expect(await limits.read('w')).toEqual(NONE);
  await limits.set('w', { runsAtOnce: 3, rates: { live: { perSecond: 0.5, burst: 4 } } });
  expect(await limits.set('w', { inputsInFlight: 5, rates: { wait: { perSecond: 1, burst: 9 } } })).toEqual({
    ...NONE,
    runsAtOnce: 3,
    inputsInFlight: 5,
    rates: { ...NONE.rates, live: { perSecond: 0.5, burst: 4 }, wait: { perSecond: 1, burst: 9 } },
  });
  expect(await held()).toEqual({ runsAtOnce: 3, inputsInFlight: 5, live: { perSecond: 0.5, burst: 4 } });
  await limits.set('w', { runsAtOnce: null, inputsInFlight: null, rates: { live: null, wait: null } });
  expect(await limits.set('w', {})).toEqual(NONE);
  expect(await held()).toEqual({ ...STAGE, live: null });
});

it('is held to for at most a minute after it was changed', async () => {
  let now = 0;
  const admission = createAdmissionStore(table, STAGE, () => now);
  expect(await admission.readLimits('w')).toEqual(STAGE);
  await limits.set('w', { runsAtOnce: 3 });
  now = 59_999;
  expect((await admission.readLimits('w')).runsAtOnce).toBe(10);
  now = 60_000;
  expect((await admission.readLimits('w')).runsAtOnce).toBe(3);
});

it('reads what a version before kept with what functions write, until it is moved', async () => {
  await keepAsBefore();
  const before = { ...STAGE, runsAtOnce: 3, live: { perSecond: 2, burst: 4 } };
  expect(await held()).toEqual(before);
  await limits.move('w');
  expect(await held()).toEqual(before);
  expect(await table.get(keys.profile('w'), 'strong')).not.toHaveProperty('runs_at_once');
  expect(await table.get(keys.rate('w', 'live'), 'strong')).toEqual({
    pk: { S: 'W#w' },
    sk: { S: 'RATE#live' },
    full_at: { N: '7' },
  });
  await limits.set('w', { runsAtOnce: null, rates: { live: null } });
  await limits.move('w');
  expect(await held()).toEqual({ ...STAGE, live: null });
});

it('keeps what is not named of an older workspace when a limit is set', async () => {
  await keepAsBefore();
  await limits.set('w', { inputsInFlight: 5 });
  expect(await held()).toEqual({ runsAtOnce: 3, inputsInFlight: 5, live: { perSecond: 2, burst: 4 } });
});

it("is deaf to limits that are written into a workspace's partition: of a new one, and of one that was moved", async () => {
  await createWorkspaceStore(table).openWorkspace('acme', 'w', 1);
  await keepAsBefore();
  expect(await held()).toEqual({ ...STAGE, live: null });
});

it('gives the hosts of a workspace’s own, else the stage’s, and reads them once a minute', async () => {
  let now = 1;
  const hostsOf = createCallbackHosts(table, ['Hooks.EXAMPLE.com'], { now: () => now, after: () => () => undefined });
  expect(await hostsOf('w')).toEqual(['hooks.example.com']);
  await limits.set('w', { callbackHosts: ['*.acme.example'] });
  expect(await hostsOf('w')).toEqual(['hooks.example.com']);
  now += 60_000;
  expect(await hostsOf('w')).toEqual(['*.acme.example']);
  expect((await limits.set('w', { runsAtOnce: 3 })).callbackHosts).toEqual(['*.acme.example']);
  expect((await limits.set('w', { callbackHosts: null })).callbackHosts).toBeNull();
  now += 60_000;
  expect(await hostsOf('w')).toEqual(['hooks.example.com']);
});
