import type { CallbackRecord } from '../../../shared/domain/callback.ts';
import type { Fire } from '../../../shared/domain/fire.ts';
import type { NotificationType } from '../../../shared/domain/notification.ts';
import type { RunControl } from '../../../shared/domain/run.ts';
import { recordFromItem } from '../../../shared/storage/callback-store.ts';
import { fireFromItem, scheduleFromItem } from '../../../shared/storage/schedule-records.ts';
import type { Stage } from '../instance.ts';
import { type Change, type Mirror, toItem, type WireItem } from '../mirror.ts';
import type { Observer } from '../observer.ts';
import { controlOf } from '../records.ts';
import type { Happened } from './notification-truth.ts';

/** A setting of a workspace's notifications, from its write to the next one (true clock). */
export interface SettingSpan {
  readonly from: number;
  /** Null: the workspace has none. */
  readonly url: string | null;
  /** Since when each event that it asks for was asked for, by this setting and those before it. */
  readonly since: ReadonlyMap<NotificationType, number>;
}

/** A notification's record, or that of a replay, and when it was written first and last. */
export interface NotifiedRecord {
  readonly record: CallbackRecord;
  readonly createdAt: number;
  readonly writtenAt: number;
}

/** What shared/api/README.md and shared/client/README.md promise; not read from the code, which may be wrong. */
const SKIPS_IN_A_ROW = 3;
const FAILURES_IN_A_ROW = 5;
const SILENT_PATHS = 3;

/** Sees what happens by the writes that make it so, and what is noted of it. */
export class NotificationWatch {
  readonly records: Map<string, NotifiedRecord> = new Map();
  /** By workspace, the first from the beginning on. */
  readonly settings: Map<string, SettingSpan[]> = new Map();
  /** Of runs and schedules by type and name; of receivers by type and what the table knows them by. */
  readonly happened: Map<string, Happened> = new Map();
  readonly #stage: Stage;
  readonly #mirror: Mirror;

  constructor(stage: Stage, observer: Observer) {
    this.#stage = stage;
    this.#mirror = observer.mirror;
    observer.listen((change) => this.#note(change));
  }

  /** The settings that were in force at some time of a span. */
  settingsBetween(workspaceUid: string, from: number, until: number): readonly SettingSpan[] {
    const spans = this.settings.get(workspaceUid) ?? [NONE];
    return spans.filter((span, at) => span.from <= until && (spans[at + 1]?.from ?? Infinity) >= from);
  }

  #note(change: Change): void {
    const { pk, sk, after } = change;
    if (pk.startsWith('NOTIFY#') && after !== null) this.#noteSetting(pk.slice('NOTIFY#'.length), after);
    if (pk.startsWith('N#')) this.#noteRecord(change);
    if (pk.startsWith('R#') && sk === 'CTL') this.#noteRun(change);
    if (pk.startsWith('S#') && sk.startsWith('F#') && after !== null) this.#noteFire(pk, fireFromItem(toItem(after)));
    if (pk.startsWith('AWAY#') && sk === 'STATE') this.#noteReceiver(change);
  }

  #noteSetting(workspaceUid: string, item: WireItem): void {
    const from = this.#stage.timeline.now();
    const spans = this.settings.get(workspaceUid) ?? [NONE];
    const url = item['url']?.['S'];
    const before = spans.at(-1)?.since;
    const types = ((item['on']?.['L'] ?? []) as readonly { readonly S: NotificationType }[]).map(({ S: type }) => type); // cast: a list of texts
    const since = new Map(types.map((type) => [type, before?.get(type) ?? from]));
    this.settings.set(workspaceUid, [...spans, { from, url: typeof url === 'string' ? url : null, since }]);
  }

  #noteRecord({ after }: Change): void {
    if (after === null) return; // it went with its run
    const now = this.#stage.timeline.now();
    const record = recordFromItem(toItem(after));
    const known = this.records.get(record.uid);
    if (known === undefined && record.parentUid === null) this.#stage.coverage.hit(`notification:${record.type}`);
    this.records.set(record.uid, { record, createdAt: known?.createdAt ?? now, writtenAt: now });
  }

  #noteRun({ before, after }: Change): void {
    if (after === null) return;
    const run = controlOf(after);
    if (before !== null && controlOf(before).status === run.status) return;
    const type = eventOfEnd(run);
    if (type !== null) this.#add(type, run.workspaceUid, `${run.uid} ${run.attempt}`, true);
  }

  #noteFire(pk: string, fire: Fire): void {
    const schedule = this.#mirror.get(pk, 'CTL');
    if (schedule === null) return;
    const { workspaceUid } = scheduleFromItem(toItem(schedule));
    if (fire.outcome === 'MISSED') this.#add('schedule.missed', workspaceUid, fire.uid, true);
    const rows = this.#mirror.list(pk, 'F#').map((item) => fireFromItem(toItem(item)));
    const thirds = new Set(thirdsOf(rows));
    for (const { uid } of rows) {
      const known = this.happened.get(`schedule.skipped ${uid}`);
      // One that comes late may make another the third, or one the third no more.
      if (thirds.has(uid) && known === undefined) this.#add('schedule.skipped', workspaceUid, uid, uid === fire.uid);
      if (!thirds.has(uid) && known !== undefined) known.isSure = false;
    }
  }

  #noteReceiver({ pk, before, after }: Change): void {
    const uid = pk.slice('AWAY#'.length);
    const workspaceUid = uid.split(':')[0] ?? '';
    const [was, is] = [before, after].map(absenceOf);
    if (is !== undefined && is.failures >= FAILURES_IN_A_ROW && (is.paths === null || is.paths >= SILENT_PATHS)) {
      this.#add('receiver.away', workspaceUid, `${uid} ${is.since}`, is.isAway);
      // Who finds it back notes so before it writes that.
      if (is.isAway) this.#add('receiver.back', workspaceUid, `${uid} ${is.since}`, false);
    }
    if (was?.isAway === true && is?.isAway !== true) {
      this.#add('receiver.back', workspaceUid, `${uid} ${was.since}`, true);
    }
  }

  #add(type: NotificationType, workspaceUid: string, name: string, isSure: boolean): void {
    const key = `${type} ${name}`;
    const known = this.happened.get(key);
    if (known !== undefined) known.isSure ||= isSure;
    else this.happened.set(key, { type, workspaceUid, name, seenAt: this.#stage.timeline.now(), isSure });
  }
}

const NONE: SettingSpan = { from: -Infinity, url: null, since: new Map() };

/** The caller of a live run has had its answer. */
function eventOfEnd({ mode, status, reason }: RunControl): NotificationType | null {
  if (mode === 'LIVE') return null;
  if (status === 'FAILED' || status === 'INVALID') return 'run.failed';
  return status === 'STOPPED' && reason?.code === 'DEADLINE' ? 'run.stopped_by_deadline' : null;
}

/** Of each row of skips the third. */
function thirdsOf(fires: readonly Fire[]): readonly string[] {
  let skips = 0;
  return fires.flatMap(({ uid, outcome }) => {
    skips = outcome === 'SKIPPED' ? skips + 1 : 0;
    return skips === SKIPS_IN_A_ROW ? [uid] : [];
  });
}

/** What the table knows of a receiver that fails. `paths`: of a host, which gave no answer; null: it is no host. */
function absenceOf(item: WireItem | null) {
  if (item === null) return undefined;
  const numberOf = (name: string): number => Number(item[name]?.['N'] ?? 0);
  const paths = item['silent_paths']?.['SS'];
  return {
    failures: numberOf('failures'),
    paths: Array.isArray(paths) ? paths.length : null,
    since: numberOf('failing_since'),
    isAway: item['away_since'] !== undefined,
  };
}
