import { controlFromItem } from '../../../shared/storage/run-records.ts';
import { fireFromItem, scheduleFromItem } from '../../../shared/storage/schedule-records.ts';
import type { ScheduleRecord } from '../../../infra/local/scheduler/schedule-record.ts';
import type { Fire } from '../../../shared/domain/fire.ts';
import { hasEnded } from '../../../shared/domain/run-status.ts';
import type { RunControl } from '../../../shared/domain/run.ts';
import type { Schedule } from '../../../shared/domain/schedule.ts';
import type { Stage } from '../instance.ts';
import { type Change, type Mirror, toItem } from '../mirror.ts';
import type { Observer } from '../observer.ts';

/** A row of a ledger and when it was written on the true clock, whatever it says itself. */
export interface LedgerRow {
  readonly fire: Fire;
  readonly writtenAt: number;
}

/** When a run was committed and when it first ended, on the true clock; null: not yet. */
export interface RunSpan {
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/** What stood at one instant. */
export interface Snapshot {
  readonly at: number;
  readonly schedules: readonly Schedule[];
  readonly ledger: readonly LedgerRow[];
  readonly entries: readonly ScheduleRecord[];
  readonly runs: ReadonlyMap<string, RunSpan>;
}

/** Sees every row of every ledger as it is written, and breaches as they happen. */
export class ScheduleWatch {
  readonly #stage: Stage;
  readonly #observer: Observer;
  readonly #rows = new Map<string, LedgerRow>();
  readonly #runs = new Map<string, RunSpan>();

  constructor(stage: Stage, observer: Observer) {
    this.#stage = stage;
    this.#observer = observer;
    observer.listen((change) => this.#note(change));
  }

  look(entries: readonly ScheduleRecord[]): Snapshot {
    const { mirror } = this.#observer;
    return {
      at: this.#stage.timeline.now(),
      schedules: schedulesIn(mirror),
      ledger: [...this.#rows.values()],
      entries: [...entries],
      runs: this.#runs,
    };
  }

  #note(change: Change): void {
    const { pk, sk, before, after } = change;
    if (pk.startsWith('R#') && sk === 'CTL' && after !== null) this.#noteRun(controlFromItem(toItem(after)));
    if (!pk.startsWith('S#') || !sk.startsWith('F#')) return;
    if (after === null || before !== null) {
      this.#observer.violate('ledgerIsWrittenOnce', `the fire ${pk} ${sk} was overwritten or deleted`);
      return;
    }
    const fire = fireFromItem(toItem(after));
    this.#stage.coverage.hit(`fire:${fire.cause} ${fire.outcome} ${fire.reason ?? ''}`.trimEnd());
    this.#rows.set(`${pk} ${sk}`, { fire, writtenAt: this.#stage.timeline.now() });
  }

  #noteRun({ uid, status, scheduledRunUid }: RunControl): void {
    if (scheduledRunUid === null) return;
    const now = this.#stage.timeline.now();
    const { startedAt, endedAt } = this.#runs.get(uid) ?? { startedAt: now, endedAt: null };
    this.#runs.set(uid, { startedAt, endedAt: endedAt ?? (hasEnded(status) ? now : null) });
  }
}

function schedulesIn(mirror: Mirror): readonly Schedule[] {
  const partitions = mirror.partitions().filter((pk) => pk.startsWith('S#'));
  return partitions.flatMap((pk) => {
    const item = mirror.get(pk, 'CTL');
    return item === null ? [] : [scheduleFromItem(toItem(item))];
  });
}
