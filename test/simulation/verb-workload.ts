import type { Breakdown } from './breakdowns.ts';
import type { FaultKind } from './fault-kinds.ts';
import { SeededRandom } from './random.ts';
import type { Verb } from './truth.ts';
import type { FailKind, InputScript, LaunchBody } from './launch-body.ts';

/** A run that is stopped and taken up again over and over, while its pages are in flight. */
export interface VerbWorkload {
  readonly launches: readonly { readonly at: number; readonly body: LaunchBody }[];
  readonly verbs: readonly { readonly at: number; readonly verb: Verb; readonly run: string }[];
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
  readonly stormMs: number;
}

/** Faults that leave things half done. None by which a write comes late: so every check looks closely. */
const HALF_DONE: readonly FaultKind[] = [
  'duplicate_now',
  'duplicate_later',
  'delay_message',
  'lost_receive',
  'lost_message',
  'refused_entries',
  'crash_before',
  'crash_after',
  'failed',
  'throttled',
  'stale_reads',
  'receiver_500',
];

/** What follows what: each is a state that the one before leaves behind. */
const ACTS: readonly [readonly Verb[], ...(readonly Verb[])[]] = [
  ['cancel', 'resume'],
  ['retry', 'cancel', 'resume'],
  ['retry'],
  ['cancel'],
];

/** Which of them a history has; how often each strikes is the adversary's to say. */
export function drawVerbFaults(seed: number): readonly FaultKind[] {
  const random = new SeededRandom(seed, 'verb faults');
  return HALF_DONE.filter(() => random.happens(0.4));
}

/** One or two runs with slow pages and failing inputs, and some acts on each. */
export function drawVerbWorkload(seed: number): VerbWorkload {
  const random = new SeededRandom(seed, 'verbs');
  const names = ['run 0', 'run 1'].slice(0, random.pick([1, 1, 1, 2]));
  const launches = names.map((name) => ({ at: random.int(0, 2_000), body: drawVerbLaunch(random, name) }));
  const verbs = launches.flatMap(({ at, body }) => drawVerbs(random, at, body.name));
  return {
    launches,
    verbs,
    runsAtOnce: random.pick([1, 1, 2]),
    inputsInFlight: random.pick([1, 2, 4]),
    stormMs: Math.max(60_000, ...verbs.map(({ at }) => at + 10_000)),
  };
}

/**
 * In some histories the page that begins a run of one input fails between the run's move and its window, and comes again
 * before anyone else has opened that.
 */
export function drawLostWindow(seed: number): { readonly breakdowns: readonly Breakdown[]; readonly stormMs: number } {
  const random = new SeededRandom(seed, 'lost window');
  if (!random.happens(0.1)) return { breakdowns: [], stormMs: 0 };
  const how = random.pick(['crash_before', 'failed'] as const);
  const [comesAgainMs, stormMs] = [60_000, 600_000];
  return {
    breakdowns: [
      { worker: 'page', fault: { kind: 'call', point: 'PutItem R WIN', how }, from: 0, until: comesAgainMs },
      { worker: 'control', fault: { kind: 'call', point: '', how: 'failed' }, from: comesAgainMs, until: stormMs },
    ],
    stormMs,
  };
}

/** First an act soon after the launch, then others; at times all is at rest in between. */
function drawVerbs(random: SeededRandom, launchedAt: number, run: string): VerbWorkload['verbs'] {
  const verbs: { at: number; verb: Verb; run: string }[] = [];
  let at = launchedAt;
  for (let act = random.int(1, 4); act > 0; act -= 1) {
    at += random.logarithmic(100, random.pick([10_000, 60_000, 1_200_000]));
    for (const verb of random.pick(ACTS)) {
      verbs.push({ at: Math.round(at), verb, run });
      at += random.logarithmic(20, 20_000);
    }
  }
  return verbs;
}

/** A run with slow pages and failing inputs. */
export function drawVerbLaunch(random: SeededRandom, name: string): LaunchBody {
  const inputs = Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, index) =>
    drawInput(random, `w0 ${name} i${index}`),
  );
  return {
    name,
    inputs,
    ...(random.happens(0.8) ? { callback: { url: `https://hooks.example.com/0/${name.slice(4)}` } } : {}),
  };
}

function drawInput(random: SeededRandom, key: string): InputScript {
  const pages = random.pick([1, 1, 2, 3]);
  const kind = random.pick<FailKind>(['permanent', 'permanent', 'retryable', 'no_result', 'rate_limited']);
  const fails = random.happens(0.6)
    ? { fails: [{ page: random.int(0, pages - 1), kind, times: random.int(1, 3) }] }
    : {};
  const slow = random.happens(0.5) ? { takes_ms: Math.round(random.logarithmic(300, 20_000)) } : {};
  return { key, pages, per_page: random.int(0, 3), ...slow, ...fails };
}
