import * as z from 'zod';
import type { Action, ErasedContext } from '../../shared/sdk/action.ts';
import { NoResult, Permanent, RateLimited, Retryable } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

const FAIL_KINDS = [
  'retryable',
  'permanent',
  'no_result',
  'rate_limited',
  'hang',
  'throw',
  'invalid_result',
  'repeat_cursor',
] as const;

/** One call of a sample action, in the order they came. */
export interface SampleCall {
  readonly action: string;
  readonly page: number;
  readonly cursor: string | null;
  readonly idempotencyKey: string;
}

export interface SampleActions {
  readonly numberedPages: Action;
  readonly oneRecord: Action;
  readonly asyncOnly: Action;
  /** Every call that reached an action. */
  readonly calls: readonly SampleCall[];
  /** The results numbered-pages gives for a page of an input. */
  readonly expectedPage: (pages: number, perPage: number, page: number) => { n: number; page: number }[];
}

const pagesInput = z.strictObject({
  pages: z.int().min(0),
  per_page: z.int().min(0),
  /** The page (from 0) that fails. */
  fail_at: z.int().min(0).optional(),
  fail_kind: z.enum(FAIL_KINDS).optional(),
  /** How many attempts of that page fail; absent: all. Counted by idempotencyKey. */
  times: z.int().min(1).optional(),
  /** How many lines each page logs; absent: none. */
  logs: z.int().min(0).optional(),
  /** For rate_limited: epoch ms. */
  until: z.int().optional(),
});

type PagesInput = z.output<typeof pagesInput>;

/** Actions with scripted failures for tests of the engine; each set counts its own attempts and calls. */
export function createSampleActions(): SampleActions {
  const calls: SampleCall[] = [];
  const note = (action: string, { page, cursor, idempotencyKey }: Omit<ErasedContext, 'secret'>): number => {
    calls.push({ action, page, cursor, idempotencyKey });
    return calls.filter((call) => call.idempotencyKey === idempotencyKey).length;
  };
  const numberedPages = defineAction({
    name: 'numbered-pages',
    title: 'Numbered pages',
    description: 'Gives pages of numbered items.',
    pageSize: 10,
    maxResults: { default: 1000, ceiling: 1_000_000 },
    pagesBy: 'cursor_or_number',
    input: pagesInput,
    parameters: z.strictObject({ tag: z.string().optional() }),
    result: z.object({ n: z.int(), page: z.int(), tag: z.string().optional() }),
    async run(context) {
      const { input, parameters, cursor } = context;
      const attempt = note('numbered-pages', context);
      const page = cursor === null ? context.page : Number(cursor);
      for (let line = 0; line < (input.logs ?? 0); line += 1)
        context.log.info(`line ${line} of page ${page}`, { page });
      const kind = input.fail_at === page && attempt <= (input.times ?? Infinity) ? input.fail_kind : undefined;
      await failAs(kind, input, context);
      const tag = parameters.tag === undefined ? {} : { tag: parameters.tag };
      const results = expectedPage(input.pages, input.per_page, page).map((item) => ({ ...item, ...tag }));
      // cast: deliberately what the result schema refuses
      if (kind === 'invalid_result') return { results: [{ n: 'one', page } as unknown as never], nextCursor: null };
      if (kind === 'repeat_cursor') return { results, nextCursor: String(page) };
      return { results, nextCursor: page + 1 < input.pages ? String(page + 1) : null };
    },
  });
  const oneRecord = defineAction({
    name: 'one-record',
    title: 'One record',
    description: 'Gives one record for a key.',
    returns: 'object',
    input: z.strictObject({ key: z.string() }),
    result: z.object({ key: z.string(), length: z.int() }),
    async run(context) {
      note('one-record', context);
      const { key } = context.input;
      if (key === '') throw new NoResult('there is no record without a key');
      return { results: [{ key, length: key.length }], nextCursor: null };
    },
  });
  const asyncOnly = defineAction({
    name: 'async-only',
    title: 'Async only',
    description: 'Is not offered live nor on a schedule.',
    modes: ['async'],
    input: z.strictObject({}),
    result: z.object({ ok: z.boolean() }),
    async run(context) {
      note('async-only', context);
      return { results: [{ ok: true }], nextCursor: null };
    },
  });
  return { numberedPages, oneRecord, asyncOnly, calls, expectedPage };
}

/** The items of one page: `per_page` of them, numbered through the whole input; none from `pages` on. */
function expectedPage(pages: number, perPage: number, page: number): { n: number; page: number }[] {
  return Array.from({ length: page < pages ? perPage : 0 }, (_, at) => ({ n: page * perPage + at, page }));
}

async function failAs(
  kind: PagesInput['fail_kind'],
  { until = 0 }: PagesInput,
  { signal, now }: Pick<ErasedContext, 'signal' | 'now'>,
): Promise<void> {
  switch (kind) {
    case 'retryable':
      throw new Retryable('the upstream stumbled');
    case 'permanent':
      throw new Permanent('the upstream said never');
    case 'no_result':
      throw new NoResult('nothing here');
    case 'rate_limited':
      if (now() < until) throw new RateLimited(until, 'the upstream asks to wait');
      break;
    case 'hang':
      await untilAborted(signal);
      break;
    case 'throw':
      throw new TypeError('cannot read what is not there');
    case 'invalid_result':
    case 'repeat_cursor':
    case undefined:
      break;
  }
}

/** Rejects with the signal's reason when it fires, and never otherwise. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
