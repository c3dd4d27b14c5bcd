import type { Answered } from '../answered.ts';

/** A run that a caller wanted to delete, and what it was told. */
export interface DeletionTruth {
  readonly runUid: string;
  readonly workspace: number;
  readonly answers: (Answered & { readonly sentAt: number; readonly at: number })[];
}
