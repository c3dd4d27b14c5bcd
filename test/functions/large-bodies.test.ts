import { beforeAll, describe, expect, it } from 'vitest';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { findTooMany } from '../../shared/domain/json-counts.ts';
import { findPath, type LargeRequest, REFUSED, TAKEN } from '../support/large-bodies.ts';
import { createReadingHarness, type ReadingHarness } from './runs-harness.ts';

let harness: ReadingHarness;
beforeAll(async () => {
  harness = await createReadingHarness({ 'search-cities.ts': searchCities });
});

// What they cost is measured by the bench of the same requests: npm run bench -- --only bodies
describe('a request that is small to send and large to check', () => {
  const listed = (requests: readonly LargeRequest[]) => requests.map((request) => [request.what, request] as const);

  it.each(listed(REFUSED))('is told what was wrong: %s', async (_, request) => {
    const { method = 'POST', path, headers = {}, body, status, says } = request;
    const answer = await harness.call(method, await findPath(harness, path), { headers, text: body?.() });
    const error = Object(answer.body);
    expect(error.message).toMatch(says);
    expect(answer.status).toBe(status);
    expect(error.validation_errors?.length ?? 0).toBeLessThanOrEqual(100);
    expect(JSON.stringify(answer.body).length).toBeLessThan(64 * 1024);
  });

  it.each(listed(TAKEN))('is taken: %s', async (_, request) => {
    const { method = 'POST', path, headers = {}, body, status, says } = request;
    const answer = await harness.call(method, path, { headers, text: body?.() });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toMatch(says);
  });
});

describe('an input of every kind', () => {
  const launch = (inputs: unknown) =>
    harness.call('POST', '/v1/actions/search-cities/run/async', { body: { inputs } }).then(({ body }) => Object(body));
  const bad = (count: number): unknown[] => Array.from({ length: count }, () => ({ country: 1 }));
  const good = { country: 'FR' };

  it.each([1, 99, 100, 101, 250])('%i bad ones among good ones are counted; a hundred are told', async (count) => {
    const { params, validation_errors: told } = await launch([good, ...bad(count), good]);
    expect(params).toEqual({ invalid_inputs: count });
    expect(told).toHaveLength(Math.min(100, count));
    expect(told[0].path).toBe('inputs[1].country');
  });

  it.each([1, 99, 100, 101, 250])('%i that are no objects are counted; a hundred are told', async (count) => {
    const { message, validation_errors: told } = await launch([good, ...Array.from({ length: count }, () => 1), good]);
    expect(message).toContain(count === 1 ? 'not a number' : `(and ${count - 1} more)`);
    expect(told).toHaveLength(Math.min(100, count));
  });
});

describe('what is in a text is counted before it is parsed', () => {
  const find = findTooMany;
  const members = (count: number): string => Array.from({ length: count }, (_, at) => `"${at}":[1,2]`).join(',');

  it.each([
    '',
    '{}',
    '[]',
    'null',
    '"',
    '{"a"',
    ']]]',
    '}{',
    ',,,',
    '{"inputs":[{}]}',
    `{"inputs":[${'{},'.repeat(99_999)}{}]}`,
  ])('and is not over a limit: %#', (text) => expect(find(text)).toBeNull());

  it.each([
    [
      'properties, one too many',
      `{"a":{${members(10_001)}}}`,
      { path: ['a'], of: 'properties', count: 10_001, limit: 10_000 },
    ],
    ['in a list of lists', `[[],[{${members(10_001)}}]]`, { path: [1, 0], count: 10_001 }],
    ['under an escaped name', `{"\\u0061":{${members(10_001)}}}`, { path: ['a'] }],
    [
      'inputs',
      `{"x":[{"y":1}],"inputs":[${'{},'.repeat(100_000)}{}]}`,
      { path: ['inputs'], of: 'elements', count: 100_001, limit: 100_000 },
    ],
    [
      'inputs that are not the body’s own',
      `{"input":{"inputs":[${'1,'.repeat(20_000)}1]}}`,
      { path: ['input', 'inputs'], limit: 20_000 },
    ],
    [
      'where brackets and commas stand in strings',
      `{"a":["]",",","\\"]",${'1,'.repeat(20_000)}1]}`,
      { path: ['a'], count: 20_004 },
    ],
    ['where it is never closed', `{"a":[${'1,'.repeat(20_000)}`, { path: ['a'] }],
  ])('by path: %s', (_, text, found) => expect(find(text)).toMatchObject(found));

  it('and so are all names of it, those that differ', () => {
    const inputs = (names: number, base: number): string =>
      `[${Array.from({ length: names / 100 }, (_, input) => `{${Array.from({ length: 100 }, (_, at) => `"${(input * 100 + at) % base}":{}`).join(',')}}`).join(',')}]`;
    expect(find(inputs(300_100, 300_100))).toEqual({ path: [], of: 'different names', count: 300_100, limit: 300_000 });
    expect(find(inputs(300_100, 300_000))).toBeNull();
  });

  it('is as many as any part of a body can hold', () => {
    // 32 KB of the shortest properties of different names, and of the shortest elements.
    expect(
      find(`{"parameters":{${members(2_500).replaceAll('[1,2]', '1')}},"inputs":[{"a":[${'1,'.repeat(16_000)}1]}]}`),
    ).toBeNull();
  });
});
