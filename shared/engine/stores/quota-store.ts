import type { Quotas } from '../../domain/quota.ts';

/** What counts against the quotas of workspaces. Nothing is written for a workspace without the quota. */
export interface QuotaStore {
  /** The quotas in force, up to a minute old. */
  readQuotas(workspaceUid: string): Promise<Quotas>;
  /**
   * Counts a run that is about to be accepted or to go on, or a schedule. Idempotent. False: the workspace has as many
   * as it may.
   */
  takePlace(place: QuotaPlace, limit: number): Promise<boolean>;
  /** Whether one more would be taken. Counts nothing. */
  hasPlace(place: Omit<QuotaPlace, 'uid'>, limit: number): Promise<boolean>;
  /**
   * Counts up to so many pages of a UTC day, those that ask at about the same time by one write; returns whether one is
   * granted.
   */
  takePage(workspaceUid: string, day: string, limit: number): Promise<boolean>;
  /** How many pages of a UTC day are counted. */
  readPages(workspaceUid: string, day: string): Promise<number>;
}

export interface QuotaPlace {
  readonly workspaceUid: string;
  readonly kind: 'runs_waiting' | 'schedules';
  readonly uid: string;
  /** It is a run that has ended and is about to go on. */
  readonly hasEnded?: true;
}
