import type { RunStatus } from '../../../shared/domain/run-status.ts';
import { SeededRandom } from '../random.ts';
import type { Step } from '../step.ts';
import type { Verb } from '../truth.ts';
import { drawVerbLaunch } from '../verb-workload.ts';

export interface BulkWorkload {
  readonly steps: readonly Step[];
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
  readonly stormMs: number;
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
    body: drawVerbLaunch(random, name),
  }));
  let at = 0;
  for (let bulks = random.pick([1, 2, 3]); bulks > 0; bulks -= 1) {
    at += Math.round(random.logarithmic(500, random.pick([5_000, 60_000, 900_000])));
    const action = random.pick<Verb>(['cancel', 'cancel', 'resume', 'retry', 'retry']);
    const filter = random.happens(0.5) ? { status: STATUSES[action] } : ALL;
    const cancelAfterMs = random.happens(0.15) ? Math.round(random.logarithmic(100, 10_000)) : null;
    steps.push({ kind: 'bulk', at, workspace: 0, bulk: { action, filter, cancelAfterMs } });
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
    runsAtOnce: random.pick([1, 2, 3]),
    inputsInFlight: random.pick([1, 2, 4]),
    stormMs: Math.max(60_000, ...steps.map((step) => step.at + 60_000)),
  };
}
