import type { ErrorRecord } from './errors.ts';
import type { RunStatus } from './run-status.ts';
import type { NotificationEvent, NotificationType } from './notification.ts';

/** The types of a run's callbacks. */
export const RUN_CALLBACK_TYPES = ['run.page', 'run.input_failed', 'run.finished'] as const;
export type RunCallbackType = (typeof RUN_CALLBACK_TYPES)[number];

/** The types of what is delivered. */
export type CallbackType = RunCallbackType | NotificationType;

/** The statuses of a callback's delivery. */
export const CALLBACK_STATUSES = ['PENDING', 'RUNNING', 'FAILED', 'SUCCESS'] as const;
export type CallbackStatus = (typeof CALLBACK_STATUSES)[number];

/**
 * What run.finished says about the whole run. `callbacks` counts distinct ids over all attempts, including this one.
 */
export interface Manifest {
  readonly inputs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly outputs: number;
  readonly callbacks: number;
}

/**
 * The part of a body of a run's callback that cannot be rebuilt from a page record. It is stored in the callback's
 * record.
 */
export type RunCallbackPayload =
  | {
      readonly type: 'run.input_failed';
      readonly input: number;
      readonly page: number;
      readonly error: ErrorRecord;
      readonly attempt: number;
      readonly at: number;
    }
  | {
      readonly type: 'run.finished';
      readonly status: RunStatus;
      readonly error: ErrorRecord | null;
      readonly manifest: Manifest;
      readonly attempt: number;
      readonly at: number;
    };

/** What the body of a callback or a notification is built from, where that is no page record. */
export type CallbackPayload = RunCallbackPayload | NotificationEvent;

/**
 * The record of one callback or of one replay. A page callback that was delivered at its first attempt has none: the
 * page record and the delivery log are enough.
 */
export interface CallbackRecord {
  readonly uid: string;
  /** The id by which receivers recognise duplicates. A replay has the original's. */
  readonly refUid: string;
  /** The record that this one replays; null: it is not a replay. */
  readonly parentUid: string | null;
  readonly type: CallbackType;
  /** Null on a notification that is about no run. */
  readonly runUid: string | null;
  readonly workspaceUid: string;
  /** Where a notification was last sent, or is to be sent first; null: where its run says. */
  readonly url: string | null;
  /** Null on run.finished of a run with several inputs, and on notifications. */
  readonly input: number | null;
  readonly page: number | null;
  readonly part: number | null;
  readonly status: CallbackStatus;
  /** Attempts begun after the first. */
  readonly retryCount: number;
  /** Short hash of the message that wrote the record last; empty: no message did. */
  readonly by: string;
  readonly httpStatus: number | null;
  readonly httpResponse: string | null;
  readonly error: ErrorRecord | null;
  readonly nextAttemptAt: number | null;
  /** Since when it waits for a receiver that is away, at most until `nextAttemptAt` (epoch ms); null: it does not. */
  readonly heldSince: number | null;
  /** Since when it is deferred because its workspace's share of the senders is used up (epoch ms); null: it is not. */
  readonly deferredAt: number | null;
  readonly createdAt: number;
  readonly deliveredAt: number | null;
  /** In no order. A first attempt that was delivered may be in the delivery log instead. */
  readonly attempts: readonly CallbackAttempt[];
  /** Null for run.page. */
  readonly payload: CallbackPayload | null;
  readonly expiresAt: number;
}

/** What the record of a callback says before its first attempt. */
export const NOT_ATTEMPTED = {
  status: 'PENDING',
  retryCount: 0,
  by: '',
  httpStatus: null,
  httpResponse: null,
  error: null,
  nextAttemptAt: null,
  heldSince: null,
  deferredAt: null,
  deliveredAt: null,
  attempts: [],
} as const satisfies Partial<CallbackRecord>;

/** One attempt at a callback that was begun. */
export interface CallbackAttempt {
  /** Number of the attempt, from 0. Two that a queue handed out twice have the same. */
  readonly attempt: number;
  /** Short hash of the message that made it; empty: not known. */
  readonly by: string;
  /** When it began (epoch ms); null: release 0.1.0 recorded it, which kept no times. */
  readonly at: number | null;
  /** How long the receiver took to answer, or until the attempt was over without; null: not known. */
  readonly durationMs: number | null;
  /** What the receiver answered; null: it gave no answer. */
  readonly httpStatus: number | null;
  readonly httpResponse: string | null;
  /** Why it failed; null: it was delivered. */
  readonly error: ErrorRecord | null;
}
