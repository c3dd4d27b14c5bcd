import { LIVE_WORK_MS } from './timing.ts';

/**
 * The one page of a queued live call. In its run it is page 0; the action sees this cursor and number instead, and the
 * cursor that it returns is for the caller's next live call.
 */
export interface LivePage {
  /** The upstream's cursor from the page before; null: none. */
  readonly cursor: string | null;
  /** The page's number for the action, from 0. */
  readonly number: number;
  /** The caller asked for the page by number, and asks so for the next one. */
  readonly byNumber: boolean;
  /** What the next page's cursor is bound to. */
  readonly boundTo: string;
}

/** How long a live call may wait for its queued page, seconds: it must be answered within API Gateway's own 30 s. */
export const LIVE_WAIT_SECONDS = { least: 1, most: LIVE_WORK_MS / 1_000 } as const;
