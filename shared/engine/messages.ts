import type { CycleCheck } from '../domain/page.ts';

/** The messages that functions send each other. Their form in a queue is defined beside the queue's parser. */

/** Run this page of this input. */
export interface PageMessage {
  readonly kind: 'page';
  readonly runUid: string;
  readonly epoch: number;
  readonly input: number;
  /** The input's place in the run's window, and its position in the run's order. */
  readonly place: number;
  readonly position: number;
  readonly page: number;
  readonly cursor: string | null;
  /** Attempts spent on this page. */
  readonly attempt: number;
  /**
   * Not before this time (epoch ms); null: at once. With `attempt` it identifies the wait that this message came from.
   */
  readonly until: number | null;
  /** `until` is a place that is reserved for this page in the line of the action's pace; absent: it is not. */
  readonly reserved?: boolean;
  /** The page is counted against the quota pages_per_day; absent: it is not. */
  readonly counted?: boolean;
  /** Results, callbacks and tries of the input before this page. */
  readonly results: number;
  readonly callbacks: number;
  readonly tries: number;
  readonly cycle: CycleCheck | null;
  /**
   * The page may have been sent before (by the sweep, a resume, a redelivered dispatch): its record is read first.
   */
  readonly again: boolean;
  /** The page, or the one before it, took long, so it needs a seat before it starts. Absent: no. */
  readonly slow?: boolean;
}

/** Deliver this callback: attempt 0 is the first. */
export interface CallbackMessage {
  readonly kind: 'callback';
  /** The uid of the record; without a record, the page callback's own uid. */
  readonly uid: string;
  readonly attempt: number;
  /** It was deferred: it has a record and needs a seat before it is posted. Absent: no. */
  readonly slow?: boolean;
}

/** Lay this run out: take a slot, open its window, send its first pages. */
export interface DispatchMessage {
  readonly kind: 'dispatch';
  readonly runUid: string;
  readonly epoch: number;
}

/** Read this run's upload and count its inputs. */
export interface IntakeMessage {
  readonly kind: 'intake';
  readonly runUid: string;
  readonly epoch: number;
}

/** A time of a schedule has come. */
export interface FireMessage {
  readonly kind: 'fire';
  readonly scheduleUid: string;
  /** The time, epoch ms. */
  readonly nominalAt: number;
  /** The schedule's revision for which the EventBridge entry was made; null: no entry fired. */
  readonly revision: number | null;
}

/** Reconcile a schedule: its entries in EventBridge, and times that were missed. */
export interface ReconcileMessage {
  readonly kind: 'reconcile';
  readonly scheduleUid: string;
  /** The time of the due entry that repeats this until it is done (epoch ms); null: there is none. */
  readonly dueAt: number | null;
}

/** Delete the next part of what is left of a deleted run. */
export interface PurgeMessage {
  readonly kind: 'purge';
  readonly runUid: string;
}

/** Sum the usage of a workspace into the records of its days. */
export interface UsageMessage {
  readonly kind: 'usage';
  readonly workspaceUid: string;
}

/** Do the next step of a bulk. */
export interface BulkMessage {
  readonly kind: 'bulk';
  readonly bulkUid: string;
  /** The step; null: the one it is at, if its message was lost. */
  readonly step: number | null;
  /** The time of the due entry that repeats this until the bulk is over (epoch ms); null: there is none. */
  readonly dueAt: number | null;
}

export type Message =
  | PageMessage
  | CallbackMessage
  | DispatchMessage
  | IntakeMessage
  | FireMessage
  | ReconcileMessage
  | PurgeMessage
  | UsageMessage
  | BulkMessage;

/**
 * Sends messages; a send resolves when the queue has the message. Messages go in batches. `delayMs` is at most 900,000.
 */
export interface MessageSender {
  send(message: Message, options: { readonly workspaceUid: string; readonly delayMs?: number }): Promise<void>;
}

/** What the queue says about a received message. */
export interface Receipt {
  /** Short hash of the message id: the same on every redelivery. */
  readonly by: string;
  /** How often it was received, including now. */
  readonly count: number;
}
