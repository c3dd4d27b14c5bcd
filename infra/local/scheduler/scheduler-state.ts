import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scheduleKey } from './schedule-record.ts';
import type { GroupRecord, PendingFire, ScheduleRecord } from './schedule-record.ts';

/** One line of the log: what was put or removed. Replayed in order it gives the state again. */
type LogEntry =
  | { readonly op: 'schedule'; readonly record: ScheduleRecord }
  | { readonly op: 'next'; readonly key: string; readonly nextAtMs: number | null }
  | { readonly op: 'unschedule'; readonly key: string }
  | { readonly op: 'group'; readonly record: GroupRecord }
  | { readonly op: 'ungroup'; readonly name: string }
  | { readonly op: 'fire'; readonly fire: PendingFire }
  | { readonly op: 'done'; readonly id: string };

/** After so many bytes the log is replaced by a short one. */
const COMPACT_AFTER_BYTES = 16_000_000;

/**
 * All schedules, groups and pending invocations, in memory and, given a folder, in an append log that outlives kill -9.
 */
export class SchedulerState {
  readonly schedules = new Map<string, ScheduleRecord>();
  readonly groups = new Map<string, GroupRecord>();
  readonly fires = new Map<string, PendingFire>();
  readonly #log: string | null;
  #unwritten: string[] = [];
  #appendedBytes = 0;

  constructor(dir: string | null) {
    this.#log = dir === null ? null : join(dir, 'scheduler.jsonl');
    if (dir !== null) mkdirSync(dir, { recursive: true });
    if (this.#log !== null && existsSync(this.#log)) this.#replay(this.#log);
  }

  putSchedule(record: ScheduleRecord): void {
    this.#commit({ op: 'schedule', record });
  }

  moveNext(key: string, nextAtMs: number | null): void {
    this.#commit({ op: 'next', key, nextAtMs });
  }

  removeSchedule(key: string): void {
    this.#commit({ op: 'unschedule', key });
  }

  putGroup(record: GroupRecord): void {
    this.#commit({ op: 'group', record });
  }

  removeGroup(name: string): void {
    this.#commit({ op: 'ungroup', name });
  }

  putFire(fire: PendingFire): void {
    this.#commit({ op: 'fire', fire });
  }

  removeFire(id: string): void {
    this.#commit({ op: 'done', id });
  }

  /** Writes what has been committed since the last flush. */
  flush(): void {
    if (this.#log === null || this.#unwritten.length === 0) return;
    const text = this.#unwritten.join('');
    appendFileSync(this.#log, text);
    this.#unwritten = [];
    this.#appendedBytes += text.length;
    if (this.#appendedBytes > COMPACT_AFTER_BYTES) this.#compact(this.#log);
  }

  #commit(entry: LogEntry): void {
    this.#apply(entry);
    if (this.#log !== null) this.#unwritten.push(`${JSON.stringify(entry)}\n`);
  }

  #apply(entry: LogEntry): void {
    switch (entry.op) {
      case 'schedule':
        this.schedules.set(scheduleKey(entry.record.body.GroupName, entry.record.name), entry.record);
        break;
      case 'next': {
        const record = this.schedules.get(entry.key);
        if (record !== undefined) this.schedules.set(entry.key, { ...record, nextAtMs: entry.nextAtMs });
        break;
      }
      case 'unschedule':
        this.schedules.delete(entry.key);
        break;
      case 'group':
        this.groups.set(entry.record.name, entry.record);
        break;
      case 'ungroup':
        this.groups.delete(entry.name);
        break;
      case 'fire':
        this.fires.set(entry.fire.id, entry.fire);
        break;
      case 'done':
        this.fires.delete(entry.id);
        break;
    }
  }

  #replay(log: string): void {
    const lines = readFileSync(log, 'utf8').split('\n');
    // What follows the last line break was cut off by a kill; it was never acknowledged.
    for (const line of lines.slice(0, -1)) {
      // The log holds only what #commit wrote.
      this.#apply(JSON.parse(line) as LogEntry);
    }
    this.#compact(log);
  }

  /** Replaces the log by the shortest one with the same result, in one step. */
  #compact(log: string): void {
    const entries: LogEntry[] = [
      ...[...this.groups.values()].map((record) => ({ op: 'group' as const, record })),
      ...[...this.schedules.values()].map((record) => ({ op: 'schedule' as const, record })),
      ...[...this.fires.values()].map((fire) => ({ op: 'fire' as const, fire })),
    ];
    writeFileSync(`${log}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    renameSync(`${log}.new`, log);
    this.#appendedBytes = 0;
  }
}
