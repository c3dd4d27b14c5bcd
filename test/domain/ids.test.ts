import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveUid, isRunUid, readUid, runUidOf } from '../../shared/domain/ids.ts';

const runUids = fc.uint8Array({ minLength: 10, maxLength: 10 }).map(runUidOf);
const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a run uid is a UUIDv8 and known as a run', () => {
  fc.assert(
    fc.property(runUids, (uid) => {
      expect(uid).toMatch(UUID_V8);
      expect(isRunUid(uid)).toBe(true);
    }),
  );
});

test('a derived uid says what it names, whatever that is', () => {
  const at = fc.record({
    input: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
    page: fc.integer({ min: 0, max: 2 ** 14 - 1 }),
    part: fc.integer({ min: 1, max: 63 }),
    ending: fc.integer({ min: 0, max: 63 }),
  });
  fc.assert(
    fc.property(runUids, at, fc.constantFrom('page', 'input_failed', 'run_finished'), (runUid, place, kind) => {
      const uid = deriveUid(runUid, kind, place);
      expect(uid).toMatch(UUID_V8);
      expect(readUid(uid)).toEqual({ kind, runUid, ...place });
      expect(isRunUid(uid)).toBe(false);
    }),
  );
});

test('inputs and chunks of a run have uids of their own', () => {
  const runUid = runUidOf(Buffer.alloc(10, 7));
  const input = deriveUid(runUid, 'input', { input: 4 });
  const chunk = deriveUid(runUid, 'chunk', { input: 4 });
  expect(new Set([runUid, input, chunk]).size).toBe(3);
  expect(readUid(input)).toMatchObject({ kind: 'input', input: 4, runUid });
  expect(readUid(chunk)).toMatchObject({ kind: 'chunk', input: 4, runUid });
});

test('an invented uid names nothing', () => {
  const invented = Array.from({ length: 2_000 }, () => {
    const text = randomUUID();
    return `${text.slice(0, 14)}8${text.slice(15)}`;
  });
  expect(invented.filter((uid) => isRunUid(uid))).toEqual([]);
  expect(readUid('not-a-uid')).toBeNull();
});

test('a number that does not fit is refused, not cut', () => {
  const runUid = runUidOf(Buffer.alloc(10, 7));
  expect(() => deriveUid(runUid, 'page', { page: 2 ** 14 })).toThrow(RangeError);
  expect(() => deriveUid(randomUUID(), 'page')).toThrow(RangeError);
});
