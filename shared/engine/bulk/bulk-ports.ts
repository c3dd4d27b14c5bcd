import type { Bulk } from '../../domain/bulk.ts';
import type { CorePorts } from '../ports.ts';
import type { RunFilter } from '../read/list-runs.ts';
import type { ReadPorts, RunPlace } from '../read/read-ports.ts';

/** A bulk with what its list is made from. */
export interface StoredBulk extends Bulk {
  readonly filter: RunFilter;
  /** The filter as its caller wrote it. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** The place up to which the workspace's runs are listed; null: it begins. */
  readonly listedTo: RunPlace | null;
}

/** A part of a bulk's list of runs. */
export interface BulkPart {
  readonly runUids: readonly string[];
  /** The place up to which they were listed. */
  readonly listedTo: RunPlace | null;
  /** Whether runs may follow. */
  readonly more: boolean;
}

/** Bulks, the lists of their runs, and whose turn it is in each workspace. */
export interface BulkStore {
  /** Writes a new bulk. Idempotent: an existing one of the same uid stays. */
  createBulk(bulk: StoredBulk): Promise<void>;
  /** A strong read. Null: there is none. */
  readBulk(uid: string): Promise<StoredBulk | null>;
  /** Replaces the record on condition that it has the version before `next`. False: another changed it. */
  replaceBulk(next: StoredBulk): Promise<boolean>;
  /** Writes a part of the list if there is none of that number; returns the stored one. */
  putPart(bulk: Pick<Bulk, 'uid' | 'expiresAt'>, number: number, part: BulkPart): Promise<BulkPart>;
  /** The runs of a part, strongly read. */
  readPart(uid: string, number: number): Promise<readonly string[]>;
  /**
   * Gives a bulk the turn of its workspace, on condition that nobody has it, this bulk, or still the bulk `instead`.
   * Null: it has it now; else the uid of the bulk that has it.
   */
  takeTurn(bulk: Pick<Bulk, 'uid' | 'workspaceUid' | 'expiresAt'>, instead: string | null): Promise<string | null>;
}

/** The ports of creating and reading bulks. */
export type BulkPorts = Pick<CorePorts, 'clock' | 'due' | 'messages' | 'settings'> & { readonly bulks: BulkStore };

/** The ports of working on them. */
export type BulkWorkPorts = CorePorts & Pick<ReadPorts, 'reader'> & { readonly bulks: BulkStore };
