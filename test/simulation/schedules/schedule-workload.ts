import { SeededRandom } from '../random.ts';
import { FAIL_KINDS, type InputScript } from '../launch-body.ts';
import type { Act, ScheduleBody } from './schedule-truth.ts';

/** One caller and its schedule: what is asked for, and what is done to it when (ms after the start). */
export interface SchedulePlan {
  readonly at: number;
  readonly workspace: number;
  readonly body: ScheduleBody & { readonly name: string };
  readonly acts: readonly PlannedAct[];
}

interface PlannedAct {
  readonly at: number;
  readonly what: Act['what'];
  readonly body: ScheduleBody;
}

export interface ScheduleWorkload {
  /** Epoch ms. */
  readonly startAt: number;
  /** When the world turns kind, when what stands is looked at, and when all schedules are deleted; ms after the start. */
  readonly stormMs: number;
  readonly lookMs: number;
  readonly plans: readonly SchedulePlan[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After the storm, the time in which all that came in it must be settled; {@link SETTLES_MS} in the checks is less. */
const LOOK_AFTER_MS = 35 * MINUTE_MS;

/** An ordinary Monday, and mornings on which clocks change: Berlin forward and back, Lord Howe by half an hour. */
const STARTS = [
  '2026-01-05T09:00:00Z',
  '2026-01-05T09:00:00Z',
  '2026-03-28T22:00:00Z',
  '2026-10-24T22:00:00Z',
  '2026-04-04T13:00:00Z',
] as const;
const ZONES = ['UTC', 'UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/New_York'] as const;

/** Crons by how far apart their times lie. */
const CRONS: readonly (readonly [everyMs: number, crons: readonly [string, ...string[]]])[] = [
  [2 * MINUTE_MS, ['*/2 * * * *', '* * * * *']],
  [5 * MINUTE_MS, ['*/5 * * * *', '2-59/5 * * * *']],
  [15 * MINUTE_MS, ['*/15 * * * *', '0,15,30,45 * * * *', '7,22,40,55 0-23 * * *']],
  [30 * MINUTE_MS, ['*/30 * * * *', '10,40 * 1-31 * *', '0,30 0-23 * * SUN-SAT']],
  [HOUR_MS, ['0 * * * *', '@hourly', '30 0-23 * * *', '20 * 5 * SUN,MON,TUE']],
  [3 * HOUR_MS, ['0 */3 * * *', '30 2,5,8,11,14,17,20,23 * * *']],
  [8 * HOUR_MS, ['30 2,10,18 * * *', '0 */8 * * *']],
  [24 * HOUR_MS, ['@daily', '30 2 * * *', '0 9 */2 * MON-SUN', '15 1 29 3 SUN']],
];

export function drawScheduleWorkload(seed: number, workspaces: number): ScheduleWorkload {
  const random = new SeededRandom(seed, 'schedules');
  const startAt = Date.parse(random.pick(STARTS));
  const stormMs = Math.round(random.logarithmic(10 * MINUTE_MS, 40 * HOUR_MS));
  const count = random.pick([1, 1, 2, 3]);
  const draw = { random, startAt, stormMs };
  const plans = Array.from({ length: count }, (_, index) => drawPlan(draw, index, random.int(0, workspaces - 1)));
  // Not on a minute, where a fire may be under way.
  const lookMs = Math.ceil((stormMs + LOOK_AFTER_MS + random.int(0, 10) * MINUTE_MS) / MINUTE_MS) * MINUTE_MS + 30_000;
  return { startAt, stormMs, lookMs, plans };
}

interface Draw {
  readonly random: SeededRandom;
  readonly startAt: number;
  readonly stormMs: number;
}

function drawPlan(draw: Draw, index: number, workspace: number): SchedulePlan {
  const { random, stormMs } = draw;
  const at = random.int(0, Math.round(stormMs / 4));
  const name = `schedule ${index}`;
  const inputsOf = (version: number) => drawInputs(random, `w${workspace} s${index} v${version}`);
  const body = {
    name,
    inputs: inputsOf(0),
    ...drawTiming(draw, at),
    overlap: random.pick(['skip', 'skip', 'allow', 'cancel_previous'] as const),
    ...(random.happens(0.5) ? { catch_up_seconds: random.pick([0, 60, 600, 3_600, 43_200]) } : {}),
    ...(random.happens(0.25) ? { jitter_seconds: random.pick([5, 60, 600]) } : {}),
    ...(random.happens(0.7) ? { callback: { url: `https://hooks.example.com/${workspace}/s${index}` } } : {}),
  };
  const acts = Array.from({ length: random.pick([0, 1, 2, 4, 8]) }, (_, version): PlannedAct => {
    const what = random.pick(['update', 'patch', 'pause', 'resume', 'resume', 'trigger', 'cancel'] as const);
    const when = at + Math.round(random.logarithmic(50, stormMs));
    const isRare = what === 'cancel' && random.happens(0.6);
    if (isRare) return { at: when, what: 'trigger', body: {} };
    return { at: when, what, body: isChange(what) ? drawChange(draw, when, () => inputsOf(version + 1)) : {} };
  });
  return { at, workspace, body, acts: acts.toSorted((a, b) => a.at - b.at) };
}

function isChange(what: Act['what']): boolean {
  return what === 'update' || what === 'patch';
}

/** A cron that fires some ten times in the storm, from now or from a moment on; or one moment. */
function drawTiming({ random, startAt, stormMs }: Draw, at: number): ScheduleBody {
  const moment = () => new Date(startAt + at + random.int(0, stormMs)).toISOString();
  if (random.happens(0.2)) return { schedule_at: moment() };
  const known = CRONS.filter(([everyMs]) => everyMs >= stormMs / 12);
  const [, crons] = known[0] ?? CRONS[CRONS.length - 1] ?? [0, ['@daily']];
  return {
    cron: random.pick(crons),
    timezone: random.pick(ZONES),
    ...(random.happens(0.15) ? { schedule_at: moment() } : {}),
  };
}

/** Some fields; a change of when it fires keeps its kind, cron or single. */
function drawChange(draw: Draw, at: number, inputs: () => readonly InputScript[]): ScheduleBody {
  const { random } = draw;
  const timing = random.happens(0.5) ? drawTiming(draw, at) : {};
  return {
    ...(timing.cron === undefined && timing.schedule_at !== undefined ? { cron: null } : {}),
    ...timing,
    ...(random.happens(0.4) ? { inputs: inputs() } : {}),
    ...(random.happens(0.3) ? { overlap: random.pick(['skip', 'allow', 'cancel_previous'] as const) } : {}),
    ...(random.happens(0.2) ? { catch_up_seconds: random.pick([0, 600, 7_200]) } : {}),
    ...(random.happens(0.2) ? { jitter_seconds: random.pick([0, 30, 300]) } : {}),
    ...(random.happens(0.2) ? { parameters: { max_results: random.int(1, 6) } } : {}),
  };
}

function drawInputs(random: SeededRandom, name: string): readonly InputScript[] {
  return Array.from({ length: random.pick([1, 1, 2]) }, (_, index) => {
    const pages = random.pick([1, 1, 2]);
    const fails = random.happens(0.3)
      ? { fails: [{ page: random.int(0, pages - 1), kind: random.pick(FAIL_KINDS), times: random.pick([1, 2, 4]) }] }
      : {};
    return { key: `${name} i${index}`, pages, per_page: random.int(0, 2), ...fails };
  });
}
