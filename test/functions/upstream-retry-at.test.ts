import { describe, expect, test } from 'vitest';
import { isSpent, readRetryAt } from '../../functions/actions/upstream/read-retry-at.ts';
import { throwIfPassing } from '../../functions/actions/upstream/throw-for-status.ts';
import { retryAfterSeconds } from '../../shared/domain/http-time.ts';
import { readActionFault } from '../../shared/sdk/action-errors.ts';

/** A Monday. */
const NOW = Date.UTC(2026, 10, 30, 12);
const EPOCH_S = NOW / 1_000;

/** What the headers ask for, in seconds from now; null: they say nothing that counts. */
function secondsOf(headers: Readonly<Record<string, string>>): number | null {
  const at = readRetryAt(new Headers(headers), NOW);
  return at === null ? null : (at - NOW) / 1_000;
}

describe('Retry-After', () => {
  test.each<[string, number | null]>([
    ['30', 30],
    ['  30\t', 30],
    ['2.5', 2.5],
    ['0', 0],
    ['-1', 0],
    ['+2', 2],
    ['5, 5', 5],
    ['5, 20', 20],
    ['Mon, 30 Nov 2026 12:01:30 GMT', 90],
    ['Monday, 30-Nov-26 12:01:30 GMT', 90],
    ['Mon Nov 30 12:01:30 2026', 90],
    ['Tue Dec  1 12:00:00 2026', 86_400],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sun Nov  6 08:49:37 1994', 0],
    [String(EPOCH_S + 60), 60],
    [String(NOW + 60_000), 60],
    ['999999999999999', null],
    ['9'.repeat(400), null],
    ['99999999', null],
    ['1e3', null],
    ['0x10', null],
    ['Retry in 5', null],
    ['5 seconds', null],
    ['soon', null],
    ['', null],
    [',', null],
    ['NaN', null],
    ['Infinity', null],
    ['2026-11-30T12:01:30Z', null],
    ['Mon, 31 Nov 2026 12:01:30 GMT', null],
    ['Mon, 30 Nov 2026 25:01:30 GMT', null],
    ['Mon, 30 Nov 2028 12:01:30 GMT', null],
    ['Mon, 30 Foo 2026 12:01:30 GMT', null],
    ['Mon, 30 Nov 2026 12:01:30 CET', null],
    ['Mon, 30 Nov 2026', null],
  ])('%j', (value, seconds) => {
    expect(secondsOf({ 'retry-after': value })).toBe(seconds);
  });
});

test.each<[string, string, number | null]>([
  ['retry-after-ms', '1500', 1.5],
  ['retry-after-ms', '0', 0],
  ['retry-after-ms', '999999999999999', null],
  ['x-ratelimit-reset-after', '2.5', 2.5],
  ['x-ratelimit-reset-after', '-3', 0],
  ['x-ratelimit-reset', '6m0s', 360],
  ['x-ratelimit-reset', '1h2m3.5s', 3_723.5],
  ['x-ratelimit-reset', '120ms', 0.12],
  ['x-ratelimit-reset', '400d', null],
  ['x-ratelimit-reset', '2026-11-30T12:01:30Z', 90],
  ['x-ratelimit-reset', '2026-11-30T14:01:30.500+02:00', 90.5],
  ['x-ratelimit-reset', '2026-11-30 12:01:30 UTC', 90],
  ['x-ratelimit-reset', '2026-11-30T11:00:00Z', 0],
  ['x-ratelimit-reset', 'Mon, 30 Nov 2026 12:01:30 GMT', 90],
  ['x-ratelimit-reset', String(EPOCH_S - 1), 0],
  ['x-ratelimit-reset', String(EPOCH_S + 60), 60],
  ['x-ratelimit-reset', `${EPOCH_S + 60}.25`, 60.25],
  ['x-ratelimit-reset', String(NOW + 60_000), 60],
  ['x-ratelimit-reset', 'tomorrow', null],
  ['x-rate-limit-reset', '45', 45],
  ['ratelimit-reset', '15', 15],
  ['ratelimit', 'limit=10;t=0', 0],
  ['ratelimit', '"day";r=7;t=9000, "min";r=0;t=40', 40],
  ['ratelimit', '"a";r=0;t=40, "b"; r=0; t=50', 50],
  ['ratelimit', '"a";t=5', 5],
  ['ratelimit', '"a";r=0;t=soon', null],
  ['ratelimit', 'limit=100, remaining=0, reset=50', 50],
  ['ratelimit', 'limit=100, remaining=0, reset=-5', 0],
  ['ratelimit', 'limit=100', null],
])('%s: %s', (name, value, seconds) => {
  expect(secondsOf({ [name]: value })).toBe(seconds);
});

test('a header that says no time is passed over for one that does', () => {
  expect(secondsOf({ 'retry-after': '999999999999999', 'x-ratelimit-reset': '30' })).toBe(30);
  expect(secondsOf({ 'retry-after': '0', 'x-ratelimit-reset': '30' })).toBe(0);
  expect(secondsOf({ 'retry-after-ms': '1500', 'retry-after': '2' })).toBe(1.5);
  expect(secondsOf({})).toBeNull();
});

test.each<[Record<string, string>, boolean]>([
  [{ 'x-ratelimit-remaining': '0' }, true],
  [{ 'x-ratelimit-remaining': '-1' }, true],
  [{ 'x-ratelimit-remaining': '7, 0' }, true],
  [{ 'x-ratelimit-remaining': '1' }, false],
  [{ 'x-ratelimit-remaining': '' }, false],
  [{ 'x-ratelimit-remaining': 'none' }, false],
  [{ ratelimit: '"a";r=0;t=4' }, true],
  [{ ratelimit: '"a";r=05;t=4' }, false],
  [{}, false],
])('nothing is left by %o: %s', (headers, spent) => {
  expect(isSpent(new Headers(headers))).toBe(spent);
});

test.each<[number, Record<string, string>, object | null]>([
  [429, { 'retry-after': '0' }, { kind: 'rate_limited', retryAt: NOW }],
  [503, { 'retry-after': '0' }, { kind: 'rate_limited', retryAt: NOW }],
  [429, {}, { kind: 'rate_limited', retryAt: null }],
  [429, { 'retry-after': '' }, { kind: 'rate_limited', retryAt: null }],
  [429, { 'retry-after': '1e400' }, { kind: 'rate_limited', retryAt: null }],
  [429, { 'retry-after': '86400000' }, { kind: 'rate_limited', retryAt: null }],
  [429, { 'retry-after': '999999999999999' }, { kind: 'rate_limited', retryAt: null }],
  [429, { 'retry-after': 'Retry in 5' }, { kind: 'rate_limited', retryAt: null }],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' }, { kind: 'rate_limited', retryAt: NOW + 9_000 }],
  [403, { 'retry-after': '9' }, { kind: 'rate_limited', retryAt: NOW + 9_000 }],
  [403, { 'retry-after': '9', 'x-ratelimit-remaining': '4000' }, { kind: 'rate_limited', retryAt: NOW + 9_000 }],
  [403, { 'retry-after-ms': '900' }, { kind: 'rate_limited', retryAt: NOW + 900 }],
  [403, { 'x-ratelimit-remaining': '0' }, { kind: 'rate_limited', retryAt: null }],
  [403, { 'retry-after': 'soon' }, null],
  [403, { 'x-ratelimit-remaining': '4000', 'x-ratelimit-reset': '9' }, null],
  [403, {}, null],
  [503, {}, { kind: 'retryable', retryAt: null }],
  [425, {}, { kind: 'retryable', retryAt: null }],
  [500, { 'retry-after': '9' }, { kind: 'retryable', retryAt: null }],
])('an answer %i with %o', (status, headers, fault) => {
  const read = (): unknown => {
    try {
      return throwIfPassing(new Response('', { status, headers }), 'It', NOW) ?? null;
    } catch (thrown) {
      return readActionFault(thrown);
    }
  };
  if (fault === null) expect(read()).toBeNull();
  else expect(read()).toMatchObject(fault);
});

test.each<[string | undefined, number | null]>([
  ['120', 120],
  ['3600.5', 3_600],
  ['0', 0],
  ['-1', 0],
  ['Mon, 30 Nov 2026 12:10:00 GMT', 600],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
  [String(EPOCH_S + 60), 60],
  ['999999999999999', null],
  ['Retry in 5', null],
  ['2026-11-30T12:10:00Z', null],
  ['', null],
  [undefined, null],
])("a receiver's Retry-After %j", (value, seconds) => {
  expect(retryAfterSeconds(value, NOW)).toBe(seconds);
});
