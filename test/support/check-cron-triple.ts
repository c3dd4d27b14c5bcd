import { parseAwsCron } from '../../infra/local/scheduler/aws-cron.ts';
import { nextCronOccurrence } from '../../infra/local/scheduler/next-cron-occurrence.ts';
import { CronError } from '../../shared/domain/cron/cron-error.ts';
import type { CronExpression } from '../../shared/domain/cron/cron-expression.ts';
import { firesBetween, isNominal, nextFire } from '../../shared/domain/cron/next-fires.ts';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { clockNotes, previewFires } from '../../shared/domain/cron/preview-fires.ts';
import { toEventBridge } from '../../shared/domain/cron/to-eventbridge.ts';
import { awsCronOracle } from './aws-cron-oracle.ts';
import type { ClockWindow } from './clock-windows.ts';
import { fieldsOf, instantsWhere } from './minute-table.ts';
import { vixieCronOracle } from './vixie-cron-oracle.ts';
import type { VixieOracle } from './vixie-cron-oracle.ts';

const MINUTE_MS = 60_000;

/**
 * Judges one expression in one window: logical fires, guarded fires of the EventBridge entries, next fire, preview and
 * notes must all agree with the minute-by-minute oracles. Null when they do, else what differs.
 */
export function checkCronTriple(text: string, window: ClockWindow): string | null {
  const cron = parseOrNull(text);
  if (cron === null) return null;
  const { zone, fromMs } = window;
  const untilMs = window.untilMs - MINUTE_MS;
  const oracle = vixieCronOracle(text);
  const wanted = instantsWhere(window.local, fromMs, oracle.fires);
  const translation = checkTranslation(cron, window, wanted);
  if (translation !== null) return translation;
  const logical = firesBetween(cron, zone, fromMs - 1, untilMs);
  if (!isSame(logical, wanted)) return differ('fires', logical, wanted);
  // Second passes are named too, and the guard must know them.
  const named = instantsWhere(window.local, fromMs, oracle.isNamed).filter((ms) => isNominal(cron, zone, ms));
  if (!isSame(named, wanted)) return differ('nominal times', named, wanted);
  const last = wanted.at(-1);
  const [first] = wanted;
  if (first !== undefined && last !== undefined) {
    if (nextFire(cron, zone, fromMs - 1) !== first) return 'the first fire is not the next fire';
    const count = Math.min(wanted.length, 100);
    const previewed = previewFires(cron, zone, fromMs, count).fires.map((fire) => fire.atMs);
    if (!isSame(previewed, wanted.slice(0, count))) return differ('preview', previewed, wanted.slice(0, count));
  }
  return checkNotes(cron, window, oracle);
}

function parseOrNull(text: string): CronExpression | null {
  try {
    return parseCron(text);
  } catch (error) {
    if (error instanceof CronError && error.message.includes('does not exist')) return null;
    throw error;
  }
}

function checkTranslation(cron: CronExpression, window: ClockWindow, wanted: readonly number[]): string | null {
  const { zone, fromMs, untilMs } = window;
  const plan = toEventBridge(cron, zone, fromMs);
  const fired = new Set<number>();
  for (const { expression, timezone } of plan.entries) {
    const table = timezone === 'UTC' ? window.utc : window.local;
    const expected = instantsWhere(table, fromMs, awsCronOracle(expression));
    const read = readByStandIn(expression, timezone, fromMs, untilMs);
    if (!isSame(read, expected)) return differ(`stand-in's reading of ${expression}`, read, expected);
    for (const instant of expected) fired.add(instant);
  }
  const guarded = [...fired].filter((instant) => isNominal(cron, zone, instant)).sort((a, b) => a - b);
  const shown = JSON.stringify(plan);
  if (!isSame(guarded, wanted)) return differ(`guarded fires of ${shown}`, guarded, wanted);
  if (!plan.guarded && fired.size !== wanted.length) return `${shown} needs a guard and says it does not`;
  return null;
}

function readByStandIn(expression: string, timezone: string, fromMs: number, untilMs: number): readonly number[] {
  const cron = parseAwsCron(expression.slice('cron('.length, -1));
  const read: number[] = [];
  let next = nextCronOccurrence(cron, timezone, fromMs - 1);
  while (next !== null && next < untilMs) {
    read.push(next);
    next = nextCronOccurrence(cron, timezone, next);
  }
  return read;
}

/** Each local time of the expression that the window's clocks skip or read twice must have its note, and no other. */
function checkNotes(cron: CronExpression, window: ClockWindow, oracle: VixieOracle): string | null {
  const wanted = window.odd.filter((key) => oracle.isNamed(fieldsOf(key))).map(showLocal);
  const notes = clockNotes(cron, window.zone, window.fromMs, window.untilMs - MINUTE_MS);
  const noted = notes.slice(0, 100).map((note) => note.local.slice(0, 16));
  const listed = wanted.slice(0, 100);
  return noted.join() === listed.join() ? null : `notes: ${noted.join()} but clocks say ${listed.join()}`;
}

function showLocal(key: number): string {
  return new Date(key * MINUTE_MS).toISOString().slice(0, 16);
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function differ(what: string, got: readonly number[], wanted: readonly number[]): string {
  const show = (values: readonly number[]): string => values.map((ms) => new Date(ms).toISOString()).join(' ');
  const extra = got.filter((ms) => !wanted.includes(ms));
  const lacking = wanted.filter((ms) => !got.includes(ms));
  return `${what}: too many [${show(extra.slice(0, 5))}], too few [${show(lacking.slice(0, 5))}]`;
}
