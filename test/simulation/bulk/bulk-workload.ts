import type { RunStatus } from '../../../shared/domain/run-status.ts';
import { SeededRandom } from '../random.ts';
import type { Breakdown } from '../breakdowns.ts';
import type { InputScript, LaunchBody } from '../launch-body.ts';
import type { Step } from '../step.ts';
import type { Verb } from '../truth.ts';
import { drawVerbLaunch } from '../verb-workload.ts';

export interface BulkWorkload {
  readonly steps: readonly Step[];
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
  readonly stormMs: number;
  /** Steps that are done and not recorded. */
  readonly breakdowns: readonly Breakdown[];
}

/** All runs: since before any of them. */
const ALL = { created_after: '2000-01-01T00:00:00Z' };
/** What a caller would say for each action. */
const STATUSES: Readonly<Record<Verb, readonly RunStatus[]>> = {
  cancel: ['RUNNING', 'QUEUED', 'BLOCKED'],
  resume: ['STOPPED'],
  retry: ['FAILED', 'PARTIAL_SUCCEEDED'],
};

/** Some runs with failing inputs, bulks over them, and verbs in between, so that a repeated step meets a changed run. */
export function drawBulkWorkload(seed: number): BulkWorkload {
  const random = new SeededRandom(seed, 'bulk');
  const names = Array.from({ length: random.pick([1, 2, 3, 5]) }, (_, run) => `run ${run}`);
  const steps: Step[] = names.map((name) => ({
    kind: 'launch',
    at: random.int(0, 5_000),
    workspace: 0,
    body: drawLaunch(random, name),
  }));
  const breakdowns: Breakdown[] = [];
  let at = 0;
  for (let bulks = random.pick([1, 2, 3]); bulks > 0; bulks -= 1) {
    at += Math.round(random.logarithmic(500, random.pick([5_000, 60_000, 900_000])));
    const action = random.pick<Verb>(['cancel', 'cancel', 'resume', 'retry', 'retry']);
    const filter = random.happens(0.5) ? { status: STATUSES[action] } : ALL;
    const cancelAfterMs = random.happens(0.3) ? drawCancel(random) : null;
    steps.push({ kind: 'bulk', at, workspace: 0, bulk: { action, filter, cancelAfterMs } });
    if (random.happens(0.4)) breakdowns.push(drawLostRecord(random, at));
    // What a repeated step would wrongly do again: a cancel after a resume, a retry after another failure.
    if (!random.happens(0.7)) continue;
    const verb = random.pick<Verb>(action === 'cancel' ? ['resume'] : ['cancel', 'retry', 'resume']);
    for (const run of names) {
      if (random.happens(0.6)) {
        steps.push({ kind: 'verb', at: at + Math.round(random.logarithmic(2_500, 400_000)), workspace: 0, verb, run });
      }
    }
  }
  return {
    steps,
    breakdowns,
    runsAtOnce: random.pick([1, 2, 3]),
    inputsInFlight: random.pick([1, 2, 4]),
    stormMs: Math.max(60_000, ...steps.map((step) => step.at + 60_000)),
  };
}

/** Half of the cancels come while the bulk does its steps. */
function drawCancel(random: SeededRandom): number {
  return random.happens(0.5) ? drawStepAt(random) : Math.round(random.logarithmic(100, 10_000));
}

/** Workers die before they record a step; it is repeated some minutes later. */
function drawLostRecord(random: SeededRandom, bulkAt: number): Breakdown {
  const from = bulkAt + drawStepAt(random);
  const fault = { kind: 'call', point: 'PutItem B CTL', how: 'crash_before' } as const;
  return { worker: 'control', fault, from, until: from + 60_000 };
}

/** So long after its start a bulk does one of its steps, which follow each other at once. */
function drawStepAt(random: SeededRandom): number {
  return random.int(2_000, 2_250);
}

/** A run that is long, or that fails again: a step that is repeated after minutes finds it at work, or failed. */
function drawLaunch(random: SeededRandom, name: string): LaunchBody {
  const body = drawVerbLaunch(random, name);
  const script = random.pick<Partial<InputScript>>([
    {},
    { pages: 20, per_page: 1, takes_ms: 20_000 },
    { pages: 1, per_page: 1, fails: [{ page: 0, kind: 'permanent', times: 9 }] },
  ]);
  return { ...body, inputs: (body.inputs ?? []).map((input) => ({ ...input, ...script })) };
}
