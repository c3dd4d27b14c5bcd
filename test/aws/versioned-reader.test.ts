import { expect, test } from 'vitest';
import { createVersionedReader } from '../../shared/aws/versioned-reader.ts';

const TRUST_MS = 1_000;

/** A service that has the versions up to `current`, and a clock set by hand. */
function openReader() {
  const service = { current: 1, reads: 0, isAway: false, now: 0 };
  const read = createVersionedReader(
    async () => {
      service.reads += 1;
      if (service.isAway) throw new Error('the service is away');
      const { current } = service;
      return { currentVersion: current, holds: (version: number) => version >= 1 && version <= current };
    },
    { now: () => service.now, trustMs: TRUST_MS },
  );
  const current = async (holding?: number | 'newest'): Promise<number> => (await read(holding)).currentVersion;
  return { service, current };
}

test('reads once for all who ask at the same time, and again once its time is over', async () => {
  const { service, current } = openReader();
  expect(await Promise.all([current(), current(), current(1)])).toEqual([1, 1, 1]);
  service.current = 2;
  service.now = TRUST_MS - 1;
  expect([await current(), service.reads]).toEqual([1, 1]);
  service.now = TRUST_MS;
  expect([await current(), service.reads]).toEqual([2, 2]);
});

test('reads at once for a version that it lacks, or for the newest', async () => {
  const { service, current } = openReader();
  await current();
  service.current = 2;
  expect([await current(1), service.reads]).toEqual([1, 1]);
  expect([await current(2), service.reads]).toEqual([2, 2]);
  service.current = 3;
  expect([await current('newest'), service.reads]).toEqual([3, 3]);
});

test('versions that are made up cost a read a second at most, and none where they cannot come yet', async () => {
  const { service, current } = openReader();
  await current();
  for (let time = 0; time < 999; time += 100) {
    service.now = time;
    await current(2);
  }
  expect(service.reads).toBe(2);
  for (const version of [12, 999_999, 0, -1, Number.NaN]) await current(version);
  expect(service.reads).toBe(2);
});

test('uses what it has while the service is away, and fails only where it has nothing', async () => {
  const { service, current } = openReader();
  service.isAway = true;
  await expect(current()).rejects.toThrow('away');
  service.isAway = false;
  await current();
  service.isAway = true;
  service.now = TRUST_MS;
  expect(await current()).toBe(1);
  expect(await current()).toBe(1);
  expect(service.reads).toBe(3);
  service.isAway = false;
  service.current = 2;
  service.now = TRUST_MS + 10_000;
  expect(await current()).toBe(2);
});
