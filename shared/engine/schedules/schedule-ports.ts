import type { Fire } from '../../domain/fire.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { Schedule, ScheduleDefinition } from '../../domain/schedule.ts';
import type { CorePorts, Ports } from '../ports.ts';
import type { LaunchPorts } from '../launch/start-run.ts';
import type { FireLag } from './fire-lag.ts';

/** Schedules: the record that changes, the definitions and inputs of each revision, and the ledger of fires. */
export interface ScheduleStore {
  /** Writes a definition, and inputs under its ref, before a schedule refers to them. `inputs` null: no new inputs. */
  writeRevision(definition: ScheduleDefinition, inputs: readonly StoredInput[] | null): Promise<void>;
  /** Writes the record itself, which commits the schedule. */
  createSchedule(schedule: Schedule): Promise<void>;
  /** A strong read. Null: no such schedule. */
  readSchedule(uid: string): Promise<Schedule | null>;
  /** Replaces the record on condition that it has the version before `next`. False: another changed it. */
  replaceSchedule(next: Schedule): Promise<boolean>;
  /** Null: the schedule has no definition with that ref, or it has expired. */
  readDefinition(uid: string, ref: string): Promise<ScheduleDefinition | null>;
  /** The current definitions of schedules, by the schedule's uid; eventually consistent. */
  readDefinitions(
    schedules: readonly Pick<Schedule, 'uid' | 'definitionRef'>[],
  ): Promise<ReadonlyMap<string, ScheduleDefinition>>;
  /** Inputs of a ref from an index on, at most `limit`. */
  readInputs(uid: string, ref: string, from: number, limit: number): Promise<readonly StoredInput[]>;
  /**
   * Writes a fire into the ledger and the schedule that counts it, both or neither, on condition that the ledger has no
   * fire of that time and the schedule has the version before `next`. False: one of the conditions failed.
   */
  recordFire(next: Schedule, fire: Fire, expiresAt: number): Promise<boolean>;
  /** The fire of a schedule's time, strongly read; null: not decided yet. */
  readFire(uid: string, nominalAt: number): Promise<Fire | null>;
  /** The fire of a trigger, strongly read; null: not recorded yet. */
  readTrigger(uid: string, at: number, fireUid: string): Promise<Fire | null>;
  /** The ledger after a place, newest first. Expired rows are included until the store deletes them. */
  listFires(
    uid: string,
    after: string | null,
    limit: number,
  ): Promise<{ readonly rows: readonly ListedFire[]; readonly more: boolean }>;
  /** Fires before a schedule's time, the last one first, strongly read. */
  listFiresBefore(uid: string, nominalAt: number, limit: number): Promise<readonly Fire[]>;
  /** A workspace's schedules by creation; may lag writes by about a second. */
  listSchedules(
    workspaceUid: string,
    range: {
      readonly order: 'ascending' | 'descending';
      readonly after: SchedulePlace | null;
      readonly limit: number;
    },
  ): Promise<{ readonly rows: readonly ListedSchedule[]; readonly more: boolean }>;
  /** The schedules that exist, of any workspace; eventually consistent. */
  readSchedules(uids: readonly string[]): Promise<ReadonlyMap<string, Schedule>>;
  /** Lets every definition and input chunk except `kept` expire at that time (epoch seconds). */
  expireRevisions(
    uid: string,
    kept: { readonly definition: string; readonly inputs: string } | null,
    expiresAt: number,
  ): Promise<void>;
}

/** A schedule's place in the list of its workspace. */
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

/** A schedule as the index has it. */
export interface ListedSchedule extends SchedulePlace {
  readonly actionName: string;
  readonly name: string | null;
}

/** The entries that EventBridge has for schedules. */
export interface EntryScheduler {
  /** Makes an entry, or replaces the whole entry of that name. */
  putEntry(entry: ScheduleEntry): Promise<void>;
  /** Deletes an entry. Idempotent: a missing one is no error. */
  deleteEntry(name: string): Promise<void>;
  /** Whether an entry of that name exists and fires as this one would: at the same times, target and payload. */
  hasEntry(entry: ScheduleEntry, now: number): Promise<boolean>;
}

/** An entry in EventBridge Scheduler. */
export interface ScheduleEntry {
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  readonly startAt: Date | null;
  /** The entry fires once and is deleted afterwards. */
  readonly isSingle: boolean;
  /** How long EventBridge tries to deliver a fire, seconds. */
  readonly maxAgeSeconds: number;
  readonly scheduleUid: string;
  readonly revision: number;
}

/** The ports of creating, changing and reading schedules. */
export type SchedulePorts = LaunchPorts & Pick<CorePorts, 'due'> & { readonly schedules: ScheduleStore };

/** The ports of starting a schedule's run. */
export type ScheduledRunPorts = Omit<LaunchPorts, 'secrets' | 'callbackPolicy'> &
  Pick<CorePorts, 'due'> & { readonly schedules: ScheduleStore };

/**
 * The ports of firing. Secrets are not among them, because a schedule's callback headers are sealed when it is written.
 */
export type FirePorts = CorePorts & Pick<Ports, 'actions'> & { readonly schedules: ScheduleStore };

/** The ports of reconciling: those of firing, EventBridge's entries, and how late fires come. */
export type ReconcilePorts = FirePorts & { readonly entries: EntryScheduler; readonly lag: FireLag };
