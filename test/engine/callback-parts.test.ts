import { expect, test } from 'vitest';
import * as z from 'zod';
import { LIMITS } from '../../shared/domain/limits.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';

const PAGES = 3;
const ITEMS = 40;
const itemOf = (page: number, at: number): string => `${page}:${at} ${'ö'.repeat(6_000)}`;

/** Three pages of forty items, 12 KB each: a page takes two callbacks. */
const largePages = defineAction({
  name: 'large-pages',
  title: 'Large pages',
  description: 'Pages that take several callbacks.',
  pageSize: ITEMS,
  input: z.strictObject({ text: z.string() }),
  result: z.string(),
  run: async ({ page }) => ({
    results: Array.from({ length: ITEMS }, (_, at) => itemOf(page, at)),
    nextCursor: page + 1 < PAGES ? String(page + 1) : null,
  }),
});

interface Body {
  readonly type: string;
  readonly page: number | null;
  readonly is_last_page: boolean;
  readonly part: number;
  readonly parts: number;
  readonly results: readonly string[] | null;
}

/** Runs one input of 32 KB through the pages; what was posted. */
async function postsOf() {
  const harness = createEngineHarness({ actions: [largePages] });
  const input = { text: 'ä'.repeat(12_000), custom_data: { note: 'x'.repeat(8_000) } };
  expect(Buffer.byteLength(JSON.stringify(input))).toBeGreaterThan(31 * 1024);
  await harness.launch({ inputs: [input] });
  await harness.runUntil(START + 5 * 60_000);
  return harness.posted.map((post) => ({ ...post, json: JSON.parse(post.body) as Body })); // cast: our own bodies
}

test('a callback with its input of 32 KB takes at most 256 KB, and its parts are the whole page', async () => {
  const posts = await postsOf();
  for (const { body } of posts) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(LIMITS.callbackBytes);
  const pages = posts.map(({ json }) => json).filter(({ type }) => type === 'run.page');
  for (let page = 0; page < PAGES; page += 1) {
    const parts = pages.filter((one) => one.page === page).toSorted((a, b) => a.part - b.part);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, at) => at + 1));
    expect(parts.every(({ parts: count }) => count === parts.length)).toBe(true);
    expect(parts.flatMap(({ results }) => results)).toEqual(Array.from({ length: ITEMS }, (_, at) => itemOf(page, at)));
  }
});

test('is_last_page is true on the last part of the last page, and on no other callback', async () => {
  const posts = await postsOf();
  const last = posts.map(({ json }) => json).filter((json) => json.is_last_page);
  expect(last).toMatchObject([{ type: 'run.page', page: PAGES - 1 }]);
  expect(last[0]?.part).toBe(last[0]?.parts);
});

test('every callback says that it is JSON', async () => {
  const posts = await postsOf();
  expect(new Set(posts.map(({ json }) => json.type))).toEqual(new Set(['run.page', 'run.finished']));
  for (const { headers } of posts) expect(headers['content-type']).toBe('application/json');
});
