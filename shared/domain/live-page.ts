import { LIVE_WORK_MS } from './timing.ts';

/**
 * The one page of a live call that was queued. The run numbers it 0; what the action sees are its own cursor and
 * number, and the cursor it gives is for a call that follows.
 */
export interface LivePage {
  /** The upstream's cursor, from the page before. */
  readonly cursor: string | null;
  /** The page's number for the action, from 0. */
  readonly number: number;
  /** It was asked for by number, and so is the one after it. */
  readonly byNumber: boolean;
  /** What the cursor of the page after it is bound to. */
  readonly boundTo: string;
}

/** How long a live call may have its queued page waited for: it must be answered before API Gateway's own 30 s. */
export const LIVE_WAIT_SECONDS = { least: 1, most: LIVE_WORK_MS / 1_000 } as const;
