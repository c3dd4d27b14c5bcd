import type { CallbackRecord } from './callback.ts';
import { deriveUid } from './ids.ts';

/** A run's callbacks by delivery status. `total` is the sum of the other three. */
export interface CallbackCounts {
  readonly total: number;
  readonly delivered: number;
  readonly pending: number;
  readonly failed: number;
}

/** The stored records and the delivery log of a part of a run. */
export interface Deliveries {
  readonly records: readonly Pick<CallbackRecord, 'refUid' | 'status'>[];
  readonly deliveries: readonly {
    readonly runUid: string;
    readonly input: number;
    readonly page: number;
    readonly part: number;
  }[];
}

/**
 * Counts distinct callbacks that were delivered or failed. Once delivered, the outcome of a later replay is ignored.
 */
export function countDelivered({ records, deliveries }: Deliveries): {
  readonly delivered: number;
  readonly failed: number;
} {
  const delivered = new Set(deliveries.map((at) => deriveUid(at.runUid, 'page', at)));
  const open = new Set<string>();
  const failed = new Set<string>();
  for (const { refUid, status } of records) {
    if (status === 'SUCCESS') delivered.add(refUid);
    else if (status === 'FAILED') failed.add(refUid);
    else open.add(refUid);
  }
  const given = [...failed].filter((refUid) => !delivered.has(refUid) && !open.has(refUid));
  return { delivered: delivered.size, failed: given.length };
}
