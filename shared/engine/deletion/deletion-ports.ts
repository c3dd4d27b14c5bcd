import type { Deletion } from '../../domain/deletion.ts';
import type { RunControl } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Deletes what a deleted run has left. Each call deletes until it is done or the clock reaches `until` (epoch ms);
 * false: something is left. Idempotent.
 */
export interface RemovalStore {
  /** The objects of pages, inputs and the upload. */
  deleteObjects(control: RunControl, deletion: Deletion, until: number): Promise<boolean>;
  /** A block's inputs, callbacks and log of deliveries, and the pages of its shards. */
  deleteBlock(control: RunControl, block: number, until: number): Promise<boolean>;
  /**
   * The run's own partition but its control record. Notes of requests, by which stored answers are found, stay with
   * `keepsRequests`.
   */
  deleteRest(runUid: string, until: number, options: { readonly keepsRequests: boolean }): Promise<boolean>;
  /** Its notifications: of the ends of all its attempts. */
  deleteNotifications(control: Pick<RunControl, 'uid' | 'workspaceUid' | 'attempt'>, until: number): Promise<boolean>;
  /** The stored answers of requests about the run. Their keys stay used. */
  deleteAnswers(control: Pick<RunControl, 'uid' | 'workspaceUid'>): Promise<void>;
}

/** The ports of deleting what is left of a run. */
export type PurgePorts = CorePorts & { readonly removal: RemovalStore };
