import type { CallbackAttempt, CallbackRecord, CallbackStatus } from '../../domain/callback.ts';

/** The records of callbacks, and the log of page callbacks that were delivered at their first attempt. */
export interface CallbackStore {
  /** Writes a record if there is none with its uid; returns the stored one. */
  createRecord(record: CallbackRecord): Promise<CallbackRecord>;
  readRecord(uid: string): Promise<CallbackRecord | null>;
  /**
   * Updates a record on condition of its status and retry count, and adds `attempt` to its list (once, if it is written
   * again). False: another changed it first.
   */
  updateRecord(
    uid: string,
    expected: { readonly status: CallbackStatus; readonly retryCount: number },
    change: Pick<CallbackRecord, 'status' | 'retryCount' | 'by'> &
      Partial<
        Pick<
          CallbackRecord,
          'httpStatus' | 'httpResponse' | 'error' | 'url' | 'nextAttemptAt' | 'heldSince' | 'deferredAt' | 'deliveredAt'
        >
      > & { readonly attempt?: CallbackAttempt | null },
  ): Promise<boolean>;
  /** Logs a page callback as delivered. Deliveries of one block in one invocation are written together. */
  logDelivery(delivery: Delivery, expiresAt: number): Promise<void>;
  /** The logged deliveries of a block. */
  readDeliveries(runUid: string, block: number): Promise<readonly Delivery[]>;
  /**
   * Claims the replay of a run's callbacks until `until` (epoch ms), as only one may be under way. The caller that
   * already has it, by `by`, may change its end. Returns null when claimed, else until when another replay is under
   * way.
   */
  takeReplay(
    runUid: string,
    replay: { readonly by: string; readonly until: number },
    now: number,
    expiresAt: number,
  ): Promise<number | null>;
  /** The callback records of a block, or with null those of the run itself (run.finished). */
  listRecords(runUid: string, block: number | null): Promise<readonly CallbackRecord[]>;
}

/** One entry of the delivery log. */
export interface Delivery {
  readonly runUid: string;
  readonly input: number;
  readonly page: number;
  readonly part: number;
  readonly httpStatus: number;
  readonly at: number;
  /** How long the receiver took to answer; null: release 0.1.0 logged it. */
  readonly durationMs: number | null;
}
