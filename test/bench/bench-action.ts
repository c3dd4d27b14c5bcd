import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Action } from '../../shared/sdk/action.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

/** Sizes of a page's results. */
export interface PageBody {
  readonly name: string;
  /** Bytes of text, of every printable ASCII character alike: JSON that compresses least. */
  readonly randomBytes: number;
  /** Bytes of text that compresses to next to nothing. */
  readonly plainBytes: number;
}

/** 1,570 bytes of JSON in eight results that compress to just under 800. */
export const SMALL_PAGE: PageBody = { name: 'page that compresses to ≤ 800 B', randomBytes: 820, plainBytes: 600 };
/** 2 KB of JSON that are random text. */
export const RANDOM_PAGE: PageBody = { name: 'page of 2 KB of random text', randomBytes: 1_920, plainBytes: 0 };
/** A page that is still 2 KB when compressed: a third write unit with the slot's own facts. */
export const DENSE_PAGE: PageBody = { name: 'page of 2 KB after compression', randomBytes: 2_340, plainBytes: 0 };

export const RESULTS_A_PAGE = 8;
const FIRST_PRINTABLE = 35; // after the quote, so that JSON escapes nothing but the backslash
const PRINTABLE = 91;
const MADE = 64;

/** An action without a network: `pages` pages of one of a few prepared bodies. */
export function createBenchAction(
  body: PageBody,
  more: Pick<Parameters<typeof defineAction>[0], 'maxResults' | 'typicalPage'> & {
    readonly pace?: { readonly calls: number; readonly perMs: number };
  } = {},
): Action {
  const prepared = Array.from({ length: MADE }, (_, seed) => resultsOf(body, seed));
  return defineAction({
    name: 'bench-pages',
    title: 'Bench pages',
    description: 'Gives as many pages as its input says.',
    pageSize: RESULTS_A_PAGE,
    maxResults: { default: 100_000, ceiling: 100_000 },
    input: z.strictObject({ pages: z.int().min(1), seed: z.int().min(0) }),
    parameters: z.strictObject({}),
    result: z.object({ id: z.int(), text: z.string() }),
    ...more,
    async run({ input, cursor }) {
      const page = cursor === null ? 0 : Number(cursor);
      const results = prepared[(input.seed * 7 + page) % MADE] ?? [];
      return { results, nextCursor: page + 1 < input.pages ? String(page + 1) : null };
    },
  });
}

/** Inputs of ten pages on average, 6 to 14, so that they do not end in step. */
export function benchInputs(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, seed) => ({ pages: 6 + (seed % 9), seed }));
}

/** Pages of {@link benchInputs} together. */
export function pagesOf(inputs: readonly Record<string, unknown>[]): number {
  return inputs.reduce((sum, { pages }) => sum + Number(pages), 0);
}

function resultsOf({ randomBytes, plainBytes }: PageBody, seed: number): { id: number; text: string }[] {
  const random = randomText(randomBytes, seed);
  const size = Math.ceil(randomBytes / RESULTS_A_PAGE);
  const plain = 'plain text '.repeat(plainBytes).slice(0, Math.ceil(plainBytes / RESULTS_A_PAGE));
  return Array.from({ length: RESULTS_A_PAGE }, (_, index) => ({
    id: index,
    text: random.slice(index * size, (index + 1) * size) + plain,
  }));
}

/** The same text for the same seed: SHA-256 in counter mode, one character a byte. */
function randomText(length: number, seed: number): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    for (const byte of createHash('sha256').update(`${seed} ${block}`).digest()) {
      if (byte < 2 * PRINTABLE) text += String.fromCharCode(FIRST_PRINTABLE + (byte % PRINTABLE)).replace('\\', '!');
    }
  }
  return text.slice(0, length);
}
