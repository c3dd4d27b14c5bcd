import type { CallbackRecord } from './callback.ts';
import { deriveUid } from './ids.ts';

/** A run's callbacks by how their delivery stands; the last three add up to the first. */
export interface CallbackCounts {
  readonly total: number;
  readonly delivered: number;
  readonly pending: number;
  readonly failed: number;
}

/** What is known of the deliveries of a part of a run. */
export interface Deliveries {
  readonly records: readonly Pick<CallbackRecord, 'refUid' | 'status'>[];
  readonly deliveries: readonly {
    readonly runUid: string;
    readonly input: number;
    readonly page: number;
    readonly part: number;
  }[];
}

/** How the distinct callbacks stand that left a trace: delivered once is delivered, whatever a replay met later. */
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
