import { type MinuteTable, readMinutes } from '../../support/minute-table.ts';
import { vixieCronOracle } from '../../support/vixie-cron-oracle.ts';
import type { ScheduleState } from './schedule-truth.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A table is read for so long at once; histories of the same start share it. */
const TABLE_DAYS = 2;

const tables = new Map<string, MinuteTable>();

/** A schedule's times from an instant up to another, minute by minute, without a look at the engine's reader of crons. */
export function nominalTimes(
  { cron, scheduleAt, timezone }: Pick<ScheduleState, 'cron' | 'scheduleAt' | 'timezone'>,
  from: number,
  to: number,
): readonly number[] {
  if (cron === null) {
    const single = scheduleAt === null ? null : Math.ceil(scheduleAt / 1_000) * 1_000;
    return single !== null && single >= from && single <= to ? [single] : [];
  }
  const { fires } = vixieCronOracle(cron);
  const times: number[] = [];
  const first = Math.ceil(Math.max(from, scheduleAt ?? from) / MINUTE_MS) * MINUTE_MS;
  for (let at = first; at <= to; at += MINUTE_MS) {
    const { fromMs, readings } = tableAt(timezone, at);
    const reading = readings[(at - fromMs) / MINUTE_MS];
    if (reading !== undefined && fires(reading)) times.push(at);
  }
  return times;
}

/** Begins a day before what is asked, so that a repeated hour is known as such. */
function tableAt(zone: string, at: number): MinuteTable {
  const start = Math.floor(at / (TABLE_DAYS * DAY_MS)) * TABLE_DAYS * DAY_MS;
  const name = `${zone} ${start}`;
  let table = tables.get(name);
  if (table === undefined) {
    table = readMinutes(zone, start - DAY_MS, (TABLE_DAYS + 1) * 1_440);
    tables.set(name, table);
  }
  return table;
}
