import { describe, expect, it } from 'vitest';
import { countDelivered } from '../../shared/domain/callback-counts.ts';
import { NO_WAIT } from '../../shared/domain/input.ts';
import { deriveUid, runUidOf } from '../../shared/domain/ids.ts';
import { inputStatus } from '../../shared/domain/input-status.ts';
import { callbackPlace, pageOfPlace, placeFrom } from '../../shared/domain/page-callback.ts';
import { RUN_STATUSES, type RunStatus } from '../../shared/domain/run-status.ts';

const none = { end: null, open: null, hasPages: false, now: 100 } as const;
const open = { place: 0, position: 0, counted: { pages: 0, outputs: 0, callbacks: 0 }, ...NO_WAIT };
describe('the status of an input', () => {
  it.each(RUN_STATUSES)('is its end whatever the run is (%s)', (status) => {
    expect(inputStatus({ ...none, run: { mode: 'ASYNC', status }, end: 'FAILED', open })).toBe('FAILED');
  });

  it.each<[RunStatus, string]>([
    ['CREATED', 'CREATED'],
    ['INVALID', 'FAILED'],
    ['BLOCKED', 'BLOCKED'],
    ['QUEUED', 'CREATED'],
    ['SCHEDULED', 'SCHEDULED'],
    ['RUNNING', 'CREATED'],
    ['STOPPED', 'STOPPED'],
    ['FAILED', 'STOPPED'],
  ])('of which nothing is known follows its run: %s → %s', (status, expected) => {
    expect(inputStatus({ ...none, run: { mode: 'ASYNC', status } })).toBe(expected);
  });

  it.each<[RunStatus, string]>([
    ['RUNNING', 'RUNNING'],
    ['SUCCEEDED', 'SUCCEEDED'],
    ['FAILED', 'FAILED'],
    ['STOPPED', 'STOPPED'],
  ])('of a live run is the run’s: %s', (status, expected) => {
    expect(inputStatus({ ...none, run: { mode: 'LIVE', status } })).toBe(expected);
  });

  it.each([
    ['nothing tried', open, false, 'QUEUED'],
    ['a page recorded', open, true, 'RUNNING'],
    ['an attempt spent', { ...open, attempt: 1 }, false, 'RUNNING'],
    ['a later page in hand', { ...open, page: 2 }, false, 'RUNNING'],
    ['a wait to come', { ...open, attempt: 1, until: 101 }, true, 'SCHEDULED'],
    ['a wait that is over', { ...open, attempt: 1, until: 100 }, true, 'RUNNING'],
  ] as const)('in hand, with %s', (_, entry, hasPages, expected) => {
    const run = { mode: 'ASYNC', status: 'RUNNING' } as const;
    expect(inputStatus({ ...none, run, open: entry, hasPages })).toBe(expected);
    expect(inputStatus({ ...none, run: { ...run, status: 'STOPPED' }, open: entry, hasPages })).toBe('STOPPED');
  });
});

const run = runUidOf(Buffer.alloc(10, 9));
const page = (input: number, at: number, part = 1): string => deriveUid(run, 'page', { input, page: at, part });

it('places sort by input, page and part, failures before parts, run.finished last by ending', () => {
  const sorted = [
    page(0, 0),
    page(0, 9_999, 2),
    page(0, 10_000, 10),
    deriveUid(run, 'input_failed', { input: 2, page: 1, ending: 2 }),
    deriveUid(run, 'input_failed', { input: 2, page: 1, ending: 11 }),
    page(2, 1, 1),
    page(2, 1, 12),
    page(9_999, 0),
    page(10_000, 0),
    deriveUid(run, 'run_finished', { ending: 2 }),
    deriveUid(run, 'run_finished', { ending: 10 }),
  ].map(callbackPlace);
  expect(sorted).toEqual(sorted.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(sorted).size).toBe(sorted.length);
  expect(pageOfPlace(callbackPlace(page(10_000, 16_383)))).toEqual({ input: 10_000, page: 16_383 });
  expect(callbackPlace(page(3, 1, 63)) < placeFrom({ input: 3, page: 2 })).toBe(true);
  expect(placeFrom({ input: 3, page: 2 }) < callbackPlace(page(3, 2))).toBe(true);
});

it('a callback is counted once, as delivered if it ever was', () => {
  const record = (refUid: string, status: 'PENDING' | 'RUNNING' | 'FAILED' | 'SUCCESS') => ({ refUid, status });
  const at = (input: number, part = 1) => ({ runUid: run, input, page: 0, part });
  const counted = countDelivered({
    deliveries: [at(0), at(0), at(0, 2), at(1)],
    records: [
      record(page(1, 0), 'FAILED'), // the log knows better
      record(page(2, 0), 'FAILED'),
      record(page(2, 0), 'FAILED'), // its replay failed too
      record(page(3, 0), 'FAILED'),
      record(page(3, 0), 'SUCCESS'), // its replay was delivered
      record(page(4, 0), 'FAILED'),
      record(page(4, 0), 'RUNNING'), // its replay is on its way
      record(page(5, 0), 'PENDING'),
      record(page(6, 0), 'SUCCESS'),
    ],
  });
  expect(counted).toEqual({ delivered: 5, failed: 1 });
});
