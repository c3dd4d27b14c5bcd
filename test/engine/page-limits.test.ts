import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { LIMITS } from '../../shared/domain/limits.ts';
import type { PageMessage } from '../../shared/engine/messages.ts';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const MINUTE_MS = 60_000;

/** Gives, on one page, a text of each length asked for. */
const texts = defineAction({
  name: 'texts',
  title: 'Texts',
  description: 'Texts of given lengths.',
  pageSize: 100,
  maxResults: { default: 1_000, ceiling: 1_000 },
  input: z.strictObject({ lengths: z.array(z.int()) }),
  result: z.string(),
  run: async ({ input }) => ({ results: input.lengths.map((length) => 'x'.repeat(length)), nextCursor: null }),
});

const ITEM = LIMITS.resultItemBytes - 2; // its quotes count
/** Eight items that, with brackets and commas, are one page of just the limit. */
const FULL_PAGE = [...Array.from({ length: 7 }, () => ITEM), LIMITS.pageBytes - 7 * LIMITS.resultItemBytes - 9 - 2];

async function runTexts(lengths: readonly number[]) {
  const harness = createEngineHarness({ actions: [texts] });
  const { definition } = await harness.launch({ inputs: [{ lengths }] });
  await harness.runUntil(START + 5 * MINUTE_MS);
  const control = await harness.ports.runs.readControl(definition.uid);
  const page = await harness.ports.progress.readPage(definition.uid, 0, 0);
  return { harness, control, page };
}

describe('results', () => {
  test.each([
    ['an item of 128 KB', [ITEM]],
    ['a page of 1 MB', FULL_PAGE],
    ['no item', []],
  ])('%s is recorded whole', async (_, lengths) => {
    const { control, page } = await runTexts(lengths);
    expect(control?.status).toBe('SUCCEEDED');
    expect(page?.results).toEqual(lengths.map((length) => 'x'.repeat(length)));
    expect(Buffer.byteLength(JSON.stringify(page?.results))).toBeLessThanOrEqual(LIMITS.pageBytes);
  });

  test('a page of just 1 MB is what the limit counts', () => {
    expect(Buffer.byteLength(JSON.stringify(FULL_PAGE.map((length) => 'x'.repeat(length))))).toBe(LIMITS.pageBytes);
  });

  test.each([
    ['an item a byte over 128 KB', [ITEM + 1], `limit of ${LIMITS.resultItemBytes} for one result`],
    ['a page a byte over 1 MB', FULL_PAGE.map((length, at) => length + (at === 7 ? 1 : 0)), String(LIMITS.pageBytes)],
  ])('%s fails its input, which says the limit and the way round', async (_, lengths, limit) => {
    const { control, harness } = await runTexts(lengths);
    expect(control).toMatchObject({ status: 'FAILED', lastError: { error_label: 'PAYLOAD_TOO_LARGE' } });
    expect(control?.lastError?.message).toContain(limit);
    expect(control?.lastError?.message).toContain('The action must return');
    expect(harness.posted.map(({ body }) => JSON.parse(body).type)).toContain('run.input_failed');
  });
});

/** One item, then another; the first leads on by a cursor of the length asked for. */
const longCursor = defineAction({
  name: 'long-cursor',
  title: 'Long cursor',
  description: 'Two pages, parted by a cursor of a given length.',
  input: z.strictObject({ length: z.int() }),
  result: z.int(),
  run: async ({ input, cursor }) => ({
    results: [cursor?.length ?? 0],
    nextCursor: cursor === null ? 'x'.repeat(input.length) : null,
  }),
});

describe('a next cursor', () => {
  async function runLongCursor(length: number) {
    const harness = createEngineHarness({ actions: [longCursor] });
    const { definition } = await harness.launch({ inputs: [{ length }] });
    await harness.runUntil(START + 5 * MINUTE_MS);
    return harness.ports.runs.readControl(definition.uid);
  }

  test('of 24,000 bytes is carried', async () => {
    expect(await runLongCursor(LIMITS.cursorBytes)).toMatchObject({ status: 'SUCCEEDED', totals: { outputs: 2 } });
  });

  test('that is longer fails its input', async () => {
    expect(await runLongCursor(LIMITS.cursorBytes + 1)).toMatchObject({
      status: 'FAILED',
      lastError: {
        error_label: 'PAYLOAD_TOO_LARGE',
        message:
          'The cursor of the next page has 24001 bytes, over the limit of 24000. The action must return a shorter cursor.',
      },
    });
  });
});

describe('an input of very many pages', () => {
  const last = LIMITS.pagesPerInput - 1;

  /** Runs the last page that an input may have, as its message would come. */
  async function runLastPage(pages: number, parameters = {}) {
    const { numberedPages } = createSampleActions();
    const harness = createEngineHarness({ actions: [numberedPages] });
    const { definition } = await harness.launch({ inputs: [{ pages, per_page: 1 }], parameters });
    const message: PageMessage = {
      kind: 'page',
      runUid: definition.uid,
      epoch: 1,
      input: 0,
      place: 0,
      position: 0,
      page: last,
      cursor: String(last),
      attempt: 0,
      until: null,
      reserved: false,
      results: last,
      callbacks: last,
      tries: 0,
      cycle: null,
      again: false,
    };
    await runPage(harness.ports, message, { by: 'last', count: 1 });
    return harness.ports.runs.readControl(definition.uid);
  }

  test('may have 16,384 of them', async () => {
    expect(await runLastPage(LIMITS.pagesPerInput, { max_results: 1_000_000 })).toMatchObject({
      status: 'SUCCEEDED',
      totals: { outputs: LIMITS.pagesPerInput, callbacks: LIMITS.pagesPerInput },
    });
  });

  test('fails where there is one more, and keeps what it gave before', async () => {
    const control = await runLastPage(LIMITS.pagesPerInput + 1, { max_results: 1_000_000 });
    expect(control).toMatchObject({
      status: 'PARTIAL_SUCCEEDED',
      totals: { failed: 1, outputs: last },
      lastError: { error_label: 'PAYLOAD_TOO_LARGE' },
    });
    expect(control?.lastError?.message).toMatch(/16384 pages.*max_results/);
  });

  test('is not failed where it was asked for no more', async () => {
    const control = await runLastPage(LIMITS.pagesPerInput + 1, { max_results: LIMITS.pagesPerInput });
    expect(control).toMatchObject({ status: 'SUCCEEDED' });
  });
});
