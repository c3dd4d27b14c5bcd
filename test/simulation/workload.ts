import type { Step } from './step.ts';
import type { Breakdown } from './breakdowns.ts';
import { drawAwayWorkload } from './away-workload.ts';
import { drawBulkWorkload } from './bulk/bulk-workload.ts';
import { drawCrowd } from './crowd-workload.ts';
import { type BadRows, drawBadRows } from './bad-rows.ts';
import { SeededRandom } from './random.ts';
import type { Scenario } from './scenarios.ts';
import type { ReceiverNature } from './receivers.ts';
import { drawNotifications, type NotificationWorkload } from './notifications/notification-workload.ts';
import { drawSecrets } from './credentials/draw-secrets.ts';
import { drawInput } from './draw-input.ts';
import { type ConsumerWorkload, drawConsumers } from './consumers/consumer-workload.ts';
import { drawLive, type LiveWorkload } from './live/live-workload.ts';
import { type DeletionPlan, drawDeletions } from './deletions/deletion-workload.ts';
import { drawDeathInLine } from './line-workload.ts';
import { drawLetterStorm, type LetterWorkload, withLetters } from './dead-letter-workload.ts';
import { drawScheduleWorkload, type ScheduleWorkload } from './schedules/schedule-workload.ts';
import { PACED_ACTION } from './upstream.ts';
import type { Verb } from './truth.ts';
import { type LaunchBody, LOSSLESS_ID } from './launch-body.ts';
import { drawUploads, type UploadWorkload } from './uploads/upload-workload.ts';
import { drawUsage, type UsageWorkload } from './usage/usage-workload.ts';
import { drawLostWindow, drawVerbWorkload } from './verb-workload.ts';

/** What callers do in one history, and how the stage is set up; drawn from its seed. */
export interface Workload {
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
  /** One receiver and one API key for each workspace. */
  readonly receivers: readonly ReceiverNature[];
  readonly steps: readonly Step[];
  /** Actions ask for secrets, which workspaces set for themselves by some of the steps. */
  readonly usesSecrets?: boolean;
  /** When the world turns kind, ms after the start. */
  readonly stormMs: number;
  /** Receives of a message before it is a dead letter; absent: as deployed. */
  readonly maxReceives?: number;
  /** When it starts (epoch ms), where that matters. */
  readonly startAt?: number;
  readonly schedules?: ScheduleWorkload;
  /** How the launches among its steps are sent, and what is replayed. */
  readonly consumers?: ConsumerWorkload;
  /** When receivers that are to be away go away, ms after the start; absent: they are from the start. */
  readonly awayAfterMs?: number;
  /** When every receiver is well from then on, ms after the start; absent: each is as it is for good. */
  readonly backAfterMs?: number;
  /** Walks through the pages of live calls. */
  readonly live?: LiveWorkload;
  /** What makes messages die. */
  readonly letters?: LetterWorkload;
  readonly uploads?: UploadWorkload;
  readonly badRows?: BadRows;
  /** When usage is summed; absent: only read. */
  readonly usage?: UsageWorkload;
  /** Who is notified of what; absent: nobody is. */
  readonly notifications?: NotificationWorkload;
  /** Workers of pages, and of callbacks, by which a workspace's share of them is reckoned; absent: drawn from the seed. */
  readonly workers?: number;
  /** Who deletes which runs. */
  readonly deletions?: readonly DeletionPlan[];
  /** Workspaces whose receivers or actions hang; what is another's must not wait for them. */
  readonly hanging?: readonly number[];
}

/** Few, so that a share of them is met. */
const WORKERS = [1, 2, 20] as const;

/** How many workers of pages, and of callbacks, a history has. */
export function workersOf(seed: number, { workers }: Pick<Workload, 'workers'>): number {
  return workers ?? new SeededRandom(seed, 'workers').pick(WORKERS);
}

/** `leastStormMs`: where messages have to die in it. */
export function drawWorkload(seed: number, scenario: Scenario, leastStormMs = 0): Workload {
  if (scenario === 'schedules' || scenario === 'schedules-calm') return drawSchedules(seed);
  if (scenario === 'away' || scenario === 'away-calm') return drawAwayHistory(seed);
  if (scenario === 'crowd' || scenario === 'crowd-calm') return drawCrowdHistory(seed);
  if (scenario === 'bulk' || scenario === 'bulk-calm') return drawBulkHistory(seed);
  if (scenario === 'verbs') return drawVerbHistory(seed, leastStormMs);
  if (scenario === 'letters') return drawLetters(seed);
  if (scenario === 'uploads') return withDyingIntakes(seed, drawUploadHistory(seed));
  if (scenario === 'uploads-calm') return drawUploadHistory(seed);
  if (scenario === 'rows' || scenario === 'rows-calm')
    return { ...drawWorkload(seed, 'small'), badRows: drawBadRows(seed) };
  if (scenario === 'usage' || scenario === 'usage-calm') return drawUsageHistory(seed, scenario);
  if (scenario === 'deletions' || scenario === 'deletions-calm')
    return drawDeletionHistory(seed, scenario === 'deletions-calm');
  if (scenario === 'notifications' || scenario === 'notifications-calm')
    return drawNotifiedHistory(seed, scenario === 'notifications-calm');
  if (scenario === 'paced' || scenario === 'paced-calm') return pacedOf(drawWorkload(seed, 'small'));
  const random = new SeededRandom(seed, 'workload');
  const workspaces = random.pick([1, 1, 1, 2, 4]);
  const stormMs = Math.max(leastStormMs, Math.round(random.logarithmic(20_000, 7_200_000)));
  const receivers = Array.from({ length: workspaces }, () => natureOf(random, scenario));
  const runs = runsOf(random, scenario);
  // In a rush runs meet in line for the slots.
  const isRush = random.happens(0.5);
  const steps: Step[] = [];
  for (let run = 0; run < runs; run += 1) {
    const at = random.int(0, isRush ? 3_000 : Math.round(stormMs / 2));
    const workspace = random.int(0, workspaces - 1);
    if (random.happens(0.15)) {
      const input = drawInput(random, `w${workspace} live ${run}`, scenario === 'wide');
      steps.push({ kind: 'live', at, workspace, input });
    } else {
      const body = drawLaunch(random, workspace, run, scenario);
      steps.push({ kind: 'launch', at, workspace, body });
      if (random.happens(0.35)) steps.push(...drawVerbs(random, { at, stormMs, workspace, run: body.name }));
    }
  }
  const secrets = drawSecrets(seed, { workspaces, stormMs, share: scenario === 'calm' ? 0.8 : 0.25 });
  return {
    runsAtOnce: random.pick([1, 1, 2, 3]),
    inputsInFlight: random.pick(scenario === 'wide' ? [2, 20, 50, 100] : [1, 2, 4, 20]),
    receivers,
    steps: [...steps, ...(secrets ?? [])],
    usesSecrets: secrets !== null,
    stormMs,
    ...(isOfConsumers(scenario) ? { consumers: consumersOf(seed, steps, { stormMs, workspaces }) } : {}),
    ...(isOfLive(scenario) ? { live: drawLive(seed, { stormMs, workspaces }) } : {}),
  };
}

/** Histories of other scenarios in which messages die; schedules seldom, for they last long. */
function drawLetters(seed: number): Workload {
  const inLine = new SeededRandom(seed, 'letters in line');
  if (inLine.happens(0.2)) return drawLineHistory(inLine);
  const random = new SeededRandom(seed, 'letters of');
  const scenario = random.pick([
    'small',
    'small',
    'small',
    'consumers',
    'consumers',
    'verbs',
    'verbs',
    'schedules',
  ] as const);
  const workload = drawWorkload(seed, scenario, drawLetterStorm(seed));
  return withLetters(seed, workload);
}

function drawLineHistory(random: SeededRandom): Workload {
  const { steps, breakdown, leastStormMs } = drawDeathInLine(random);
  return {
    runsAtOnce: 1,
    inputsInFlight: random.pick([2, 4, 20]),
    receivers: ['well'],
    steps,
    stormMs: leastStormMs,
    maxReceives: random.pick([1, 1, 2, 3]),
    letters: { breakdowns: [breakdown], meddling: random.pick([0, 0.2]) },
  };
}

/** Histories of other scenarios, in which usage is summed while runs are at work, and after. */
function drawUsageHistory(seed: number, scenario: 'usage' | 'usage-calm'): Workload {
  const isCalm = scenario === 'usage-calm';
  const of = new SeededRandom(seed, 'usage of').pick(['small', 'verbs', 'verbs', 'live'] as const);
  const workload = drawWorkload(seed, of);
  return { ...workload, usage: drawUsage(seed, { stormMs: workload.stormMs, isCalm }) };
}

/** The same runs, of the action that has a pace; live calls would only be refused. */
function pacedOf(workload: Workload): Workload {
  const steps = workload.steps.flatMap((step): readonly Step[] =>
    step.kind === 'live' ? [] : [step.kind === 'launch' ? { ...step, action: PACED_ACTION } : step],
  );
  return { ...workload, steps };
}

function runsOf(random: SeededRandom, scenario: Scenario): number {
  if (scenario === 'wide' || scenario === 'patient') return 1;
  if (isOfLive(scenario)) return random.int(0, 3);
  return isOfConsumers(scenario) ? random.int(2, 5) : random.pick([1, 1, 2, 3, 5]);
}

function isOfLive(scenario: Scenario): boolean {
  return scenario === 'live' || scenario === 'live-calm';
}

function isOfConsumers(scenario: Scenario): boolean {
  return scenario === 'consumers' || scenario === 'consumers-calm';
}

function consumersOf(
  seed: number,
  steps: readonly Step[],
  sizes: { readonly stormMs: number; readonly workspaces: number },
): ConsumerWorkload {
  const launches = steps.flatMap((step) => (step.kind === 'launch' ? [step] : [])).toSorted((a, b) => a.at - b.at);
  return drawConsumers(
    seed,
    launches.map(({ body }) => body.name),
    sizes,
  );
}

function drawSchedules(seed: number): Workload {
  const random = new SeededRandom(seed, 'workload');
  const workspaces = random.pick([1, 1, 2]);
  const schedules = drawScheduleWorkload(seed, workspaces);
  const { startAt, stormMs } = schedules;
  return {
    runsAtOnce: random.pick([1, 3, 10]),
    inputsInFlight: 20,
    receivers: Array.from({ length: workspaces }, () => natureOf(random, 'schedules')),
    steps: [],
    startAt,
    stormMs,
    schedules,
  };
}

function drawBulkHistory(seed: number): Workload {
  const { breakdowns, ...workload } = drawBulkWorkload(seed);
  return { ...workload, receivers: ['well'], ...lettersOf(breakdowns) };
}

function drawVerbHistory(seed: number, leastStormMs: number): Workload {
  const { launches, verbs, ...sizes } = drawVerbWorkload(seed);
  const lost = drawLostWindow(seed);
  const stormMs = Math.max(leastStormMs, sizes.stormMs, lost.stormMs);
  const steps: readonly Step[] = [
    ...launches.map((launch) => ({ kind: 'launch' as const, workspace: 0, ...launch })),
    ...verbs.map((verb) => ({ kind: 'verb' as const, workspace: 0, ...verb })),
  ];
  return { ...sizes, stormMs, receivers: ['well'], steps, ...lettersOf(lost.breakdowns) };
}

function lettersOf(breakdowns: readonly Breakdown[]): Pick<Workload, 'letters'> {
  return breakdowns.length === 0 ? {} : { letters: { breakdowns, meddling: 0 } };
}

function drawAwayHistory(seed: number): Workload {
  const { isAway, launches, ...times } = drawAwayWorkload(seed);
  return {
    ...times,
    runsAtOnce: 10,
    inputsInFlight: 20,
    receivers: isAway.map((is) => (is ? 'dead' : 'well')),
    steps: launches.map((launch) => ({ kind: 'launch' as const, ...launch })),
  };
}

function drawCrowdHistory(seed: number): Workload {
  const { launches, ...crowd } = drawCrowd(seed);
  return {
    ...crowd,
    runsAtOnce: 10,
    inputsInFlight: 20,
    steps: launches.map((launch) => ({ kind: 'launch' as const, ...launch })),
  };
}

/** A history of another scenario whose runs are deleted, in its course or after it. */
function drawDeletionHistory(seed: number, isCalm: boolean): Workload {
  const random = new SeededRandom(seed, 'deletions of');
  const scenario = random.pick(['small', 'small', 'consumers', 'consumers', 'verbs', 'uploads', 'away'] as const);
  const workload = drawWorkload(seed, scenario);
  const { steps, uploads, stormMs } = workload;
  // In some usage is summed meanwhile: a deleted run counts as it did.
  const usage = random.happens(0.5) ? { usage: drawUsage(seed, { stormMs, isCalm }) } : {};
  return { ...workload, ...usage, deletions: drawDeletions(seed, { steps, uploads: uploads?.plans ?? [] }, stormMs) };
}

/** A history of another scenario whose workspaces are notified of what happens, which is made to happen. */
function drawNotifiedHistory(seed: number, isCalm: boolean): Workload {
  const random = new SeededRandom(seed, 'notifications of');
  const scenarios = ['small', 'small', 'verbs', 'schedules', 'schedules', 'away', 'away', 'deletions'] as const;
  const scenario = random.pick(scenarios);
  const isOfRuns = scenario !== 'schedules' && scenario !== 'away';
  const workload = scenario === 'deletions' ? drawDeletionHistory(seed, isCalm) : drawWorkload(seed, scenario);
  const { stormMs, receivers, backAfterMs } = workload;
  const launched = workload.steps.flatMap((step) => (step.kind === 'launch' ? [step.body] : []));
  const isBounded = isOfRuns && workload.uploads === undefined && workload.consumers === undefined;
  const drawn = drawNotifications(seed, {
    stormMs,
    workspaces: receivers.length,
    pages: isBounded ? pagesOf(launched) : null,
  });
  const notifications = { ...drawn, backAfterMs: backAfterMs ?? drawn.backAfterMs };
  const isSlow = isOfRuns && random.happens(0.3);
  const steps = workload.steps.map((step) => {
    if (step.kind !== 'launch') return step;
    const mayBeRefused = { mayBeRefused: true } as const;
    return { ...step, ...mayBeRefused, body: isSlow && random.happens(0.5) ? pastItsDeadline(step.body) : step.body };
  });
  const away = ['dead', 'silent', 'silent', 'well'] as const;
  const natures =
    isOfRuns && backAfterMs === undefined && random.happens(0.5) ? receivers.map(() => random.pick(away)) : receivers;
  // In some, those that are to tell of it cannot for a while, and their messages die.
  const breaks = !isCalm && random.happens(0.25);
  const whole = {
    ...workload,
    steps,
    receivers: natures,
    notifications,
    ...(breaks ? drawSilence(random, workload) : {}),
  };
  return workload.schedules !== undefined && random.happens(0.5) ? withSkips(whole, workload.schedules, random) : whole;
}

/** The same schedules, whose runs wait for the next day, so that their times are skipped meanwhile. */
function withSkips(workload: Workload, schedules: ScheduleWorkload, random: SeededRandom): Workload {
  const { notifications } = workload;
  const plans = schedules.plans.map((plan) => ({
    ...plan,
    body: { ...plan.body, overlap: 'skip' as const },
    acts: plan.acts.map((act) =>
      act.body.overlap === undefined ? act : { ...act, body: { ...act.body, overlap: 'skip' as const } },
    ),
  }));
  // Few enough that runs wait, and so many that what waits when the faults are over, or is retried then, is done within
  // the week: of each schedule's runs one a day.
  const bodies = plans.flatMap(({ body, acts }) => [body, ...acts.map((act) => act.body)]);
  const pagesPerDay = Math.max(random.int(1, 4), pagesOf(bodies));
  return {
    ...workload,
    schedules: { ...schedules, plans },
    ...(notifications === undefined ? {} : { notifications: { ...notifications, pagesPerDay } }),
  };
}

/** The pages of one run of each of these bodies, together. */
function pagesOf(bodies: readonly { readonly inputs?: readonly object[] }[]): number {
  const pages = bodies.flatMap(({ inputs = [] }) =>
    inputs.map((input) => ('pages' in input && typeof input.pages === 'number' ? input.pages : 1)),
  );
  return pages.reduce((sum, count) => sum + count, 0);
}

/** The same run, which takes longer than it may. */
function pastItsDeadline(body: LaunchBody): LaunchBody {
  const inputs = body.inputs?.map((input) => ('pages' in input ? { ...input, pages: 5, takes_ms: 25_000 } : input));
  return { ...body, ...(inputs === undefined ? {} : { inputs }), deadline_seconds: 60 };
}

function drawSilence(random: SeededRandom, workload: Workload): Pick<Workload, 'letters' | 'maxReceives' | 'stormMs'> {
  // Schedules are looked at some time after their storm.
  const stormMs = workload.schedules === undefined ? Math.max(workload.stormMs, LONG_STORM_MS) : workload.stormMs;
  const breakdown: Breakdown = {
    worker: random.pick(['control', 'page', 'callback', 'callback']),
    fault: {
      kind: 'call',
      point: random.pick(['GetItem NOTIFY', 'GetItem N', 'PutItem N', 'PutItem DUE', 'UpdateItem N']),
      how: random.pick(['failed', 'crash_before', 'crash_after', 'applied_but_failed']),
    },
    from: Math.round(random.logarithmic(100, stormMs)),
    until: stormMs,
  };
  return {
    stormMs,
    maxReceives: random.pick([1, 2, 3, 8]),
    letters: { breakdowns: [breakdown], meddling: 0.2 },
  };
}

/** In some messages of reading an upload die, and callers use verbs on the run just then. */
function withDyingIntakes(seed: number, workload: Workload): Workload {
  const random = new SeededRandom(seed, 'dying intakes');
  if (!random.happens(0.1)) return workload;
  const breakdown: Breakdown = {
    worker: 'intake',
    fault: { kind: 'call', point: '', how: random.pick(['failed', 'crash_before', 'crash_after']) },
    from: 0,
    until: LONG_STORM_MS,
  };
  return {
    ...workload,
    stormMs: Math.max(workload.stormMs, LONG_STORM_MS),
    maxReceives: random.pick([1, 1, 2, 3]),
    letters: { breakdowns: [breakdown], meddling: random.pick([0.3, 0.9]) },
  };
}

/** A message that fails dies within it. */
const LONG_STORM_MS = 2_700_000;

function drawUploadHistory(seed: number): Workload {
  const random = new SeededRandom(seed, 'workload');
  const workspaces = random.pick([1, 1, 1, 2]);
  const stormMs = Math.round(random.logarithmic(20_000, 7_200_000));
  const { uploads, verbs } = drawUploads(seed, { stormMs, workspaces });
  return {
    runsAtOnce: uploads.runsAtOnce ?? random.pick([1, 1, 2, 3]),
    inputsInFlight: random.pick([1, 2, 4, 20]),
    // One more: whoever asks for what is another's.
    receivers: Array.from({ length: workspaces + 1 }, () => natureOf(random, 'uploads')),
    steps: verbs.map((verb) => ({ kind: 'verb' as const, ...verb })),
    stormMs,
    uploads,
  };
}

function natureOf(random: SeededRandom, scenario: Scenario): ReceiverNature {
  if (scenario === 'patient') return 'dead';
  return random.happens(0.05) ? 'gone' : 'well';
}

/** Verbs on a run soon after its launch, where they meet its work, or long after, where they meet its end. */
function drawVerbs(
  random: SeededRandom,
  { at, stormMs, workspace, run }: { at: number; stormMs: number; workspace: number; run: string },
): readonly Step[] {
  const verbAt = (when: number, verb: Verb): Step => ({ kind: 'verb', at: Math.round(when), workspace, verb, run });
  if (random.happens(0.3)) {
    // Stopped and taken up again while a page of it is still in flight.
    const stopAt = at + random.logarithmic(100, 60_000);
    return [verbAt(stopAt, 'cancel'), verbAt(stopAt + random.logarithmic(50, 40_000), 'resume')];
  }
  return Array.from({ length: random.int(1, 4) }, () =>
    verbAt(at + random.logarithmic(20, 2 * stormMs), random.pick(['cancel', 'resume', 'retry', 'retry'])),
  );
}

function drawLaunch(random: SeededRandom, workspace: number, run: number, scenario: Scenario): LaunchBody {
  const count = scenario === 'wide' ? random.int(33, 70) : random.pick([1, 1, 2, 3, 4, 6, 12]);
  const skips = random.happens(0.15);
  const allBroken = skips && random.happens(0.3);
  // Inputs with much beside them lie in several chunks.
  const customBytes = random.happens(0.05) ? 6_000 : 0;
  const inputs = Array.from({ length: count }, (_, index) => {
    const key = `w${workspace} r${run} i${index}`;
    const isBroken = skips && (allBroken || random.happens(0.3));
    const custom = customBytes === 0 ? {} : { custom_data: { mine: key.padEnd(customBytes, '.'), id: LOSSLESS_ID } };
    return { ...(isBroken ? { broken: index } : drawInput(random, key, scenario === 'wide')), ...custom };
  });
  const url = `https://hooks.example.com/${workspace}/${run}`;
  const callback = random.happens(0.85)
    ? {
        callback: {
          url,
          ...(random.happens(0.2) ? { on: 'final' as const } : {}),
          ...(random.happens(0.2) ? { headers: { 'x-tenant': `w${workspace}` } } : {}),
        },
      }
    : {};
  return {
    name: `run ${run}`,
    inputs,
    ...callback,
    // Drawn by its number, so that no other draw changes.
    ...(run % 3 === 1 ? { tags: [`of ${workspace}`, `third ${run % 2}`] } : {}),
    ...(random.happens(0.08) ? { deadline_seconds: random.pick([60, 120, 900]) } : {}),
    ...(skips ? { on_invalid_input: 'skip' as const } : {}),
    ...(random.happens(0.15) ? { parameters: { max_results: random.int(1, 6) } } : {}),
  };
}
