import type { Fire } from '../../domain/fire.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { Schedule, ScheduleDefinition } from '../../domain/schedule.ts';
import type { CorePorts, Ports } from '../ports.ts';
import type { LaunchPorts } from '../launch/start-run.ts';
import type { FireLag } from './fire-lag.ts';

/** Schedules: the record that moves, what runs are made of by revision, and the ledger of fires. */
export interface ScheduleStore {
  /** Writes a definition, and inputs under its ref, for a schedule to name afterwards. `inputs` null: none with it. */
  writeRevision(definition: ScheduleDefinition, inputs: readonly StoredInput[] | null): Promise<void>;
  /** Writes the record itself, which commits the schedule. */
  createSchedule(schedule: Schedule): Promise<void>;
  /** A strong read. Null: no such schedule. */
  readSchedule(uid: string): Promise<Schedule | null>;
  /** Replaces the record on condition of the version before. False: it has moved on. */
  replaceSchedule(next: Schedule): Promise<boolean>;
  /** Null: the schedule has no definition of that ref, or no longer. */
  readDefinition(uid: string, ref: string): Promise<ScheduleDefinition | null>;
  /** Inputs of a ref from an index on, `limit` of them at most. */
  readInputs(uid: string, ref: string, from: number, limit: number): Promise<readonly StoredInput[]>;
  /**
   * Puts a fire into the ledger and the schedule that counts it, both or none: on condition that the ledger has none of
   * its time, and of the schedule's version before. False: one of them moved.
   */
  recordFire(next: Schedule, fire: Fire, expiresAt: number): Promise<boolean>;
  /** What was recorded of a time of the cron, strongly read. */
  readFire(uid: string, nominalAt: number): Promise<Fire | null>;
  /** What was recorded of a trigger, strongly read. */
  readTrigger(uid: string, at: number, fireUid: string): Promise<Fire | null>;
  /** The ledger, newest first, after a place; rows whose time is over too, until the store deletes them. */
  listFires(
    uid: string,
    after: string | null,
    limit: number,
  ): Promise<{ readonly rows: readonly ListedFire[]; readonly more: boolean }>;
  /** A workspace's schedules by their creation; may lag writes by about a second. */
  listSchedules(
    workspaceUid: string,
    range: {
      readonly order: 'ascending' | 'descending';
      readonly after: SchedulePlace | null;
      readonly limit: number;
    },
  ): Promise<{ readonly rows: readonly ListedSchedule[]; readonly more: boolean }>;
  /** Those that are there, whoever's they are; eventually read. */
  readSchedules(uids: readonly string[]): Promise<ReadonlyMap<string, Schedule>>;
  /** Lets every definition and chunk but those kept go at that time (epoch seconds). */
  expireRevisions(
    uid: string,
    kept: { readonly definition: string; readonly inputs: string } | null,
    expiresAt: number,
  ): Promise<void>;
}

/** Where a schedule stands in the list of its workspace. */
export interface SchedulePlace {
  readonly createdAt: number;
  readonly uid: string;
}

/** A row of the ledger. */
export interface ListedFire {
  readonly fire: Fire;
  readonly place: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export interface ListedSchedule extends SchedulePlace {
  readonly actionName: string;
  readonly name: string | null;
}

/** What EventBridge holds for a schedule. */
export interface EntryScheduler {
  /** Makes an entry, or replaces the one of that name whole. */
  putEntry(entry: ScheduleEntry): Promise<void>;
  /** Deletes an entry; one that is not there is no fault. */
  deleteEntry(name: string): Promise<void>;
  /** Whether an entry of that name stands and fires from now on as this one would: when, where to and with what. */
  hasEntry(entry: ScheduleEntry, now: number): Promise<boolean>;
}

export interface ScheduleEntry {
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  readonly startAt: Date | null;
  /** An entry that fires once is gone after it. */
  readonly isSingle: boolean;
  /** How long EventBridge tries to deliver a fire, seconds. */
  readonly maxAgeSeconds: number;
  readonly scheduleUid: string;
  readonly revision: number;
}

/** What taking, changing and reading schedules needs. */
export type SchedulePorts = LaunchPorts & Pick<CorePorts, 'due'> & { readonly schedules: ScheduleStore };

/** What starting a run of a schedule needs. */
export type ScheduledRunPorts = Omit<LaunchPorts, 'secrets' | 'callbackPolicy'> &
  Pick<CorePorts, 'due'> & { readonly schedules: ScheduleStore };

/** What firing needs: no secrets, for a schedule's callback headers are sealed once, under its own uid. */
export type FirePorts = CorePorts & Pick<Ports, 'actions'> & { readonly schedules: ScheduleStore };

/** The same, a hand on EventBridge, and how late its fires come. */
export type ReconcilePorts = FirePorts & { readonly entries: EntryScheduler; readonly lag: FireLag };
