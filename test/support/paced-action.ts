import * as z from 'zod';
import type { Action } from '../../shared/sdk/action.ts';
import { Retryable } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

/** A call of the paced action, by the engine's clock. */
export interface PacedCall {
  readonly at: number;
  readonly account: string;
  readonly key: string;
}

const input = z.strictObject({
  account: z.string().default('main'),
  pages: z.int().min(1).default(1),
  /** Attempts of each page that fail before one goes well. */
  fails: z.int().min(0).default(0),
});

/** An action with a pace that notes when it is called; `byAccount`: each account has its own. */
export function createPacedAction(
  pace: { readonly calls: number; readonly perMs: number; readonly minGapMs?: number },
  byAccount = false,
): { readonly action: Action; readonly calls: readonly PacedCall[] } {
  const calls: PacedCall[] = [];
  const action = defineAction({
    name: 'paced-pages',
    title: 'Paced pages',
    description: 'Says when it was called.',
    pace: byAccount ? { ...pace, by: ({ account }) => account } : pace,
    input,
    result: z.object({ at: z.int() }),
    async run({ input: { account, pages, fails }, page, idempotencyKey: key, now }) {
      const at = now();
      calls.push({ at, account, key });
      if (calls.filter((call) => call.key === key).length <= fails) throw new Retryable('not yet');
      return { results: [{ at }], nextCursor: page + 1 < pages ? String(page + 1) : null };
    },
  });
  return { action, calls };
}

/** The most calls that lie in any window of that length (half open: one that begins just when it ends is not in it). */
export function mostInWindow(calls: readonly PacedCall[], windowMs: number): number {
  const times = calls.map(({ at }) => at).toSorted((a, b) => a - b);
  return Math.max(0, ...times.map((from, index) => times.slice(index).filter((at) => at < from + windowMs).length));
}
