import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import { openBenchSystem } from './bench-system.ts';
import type { Figure, Progress, Report } from './report.ts';
import type { Tally } from './tally.ts';

/** When the sweep first looks at a run, and past the minute in which it does. */
const SWEPT_AFTER_MS = 200_000;

/** What a run costs however small it is: one input of one page, with its callback and the run's own. */
export async function benchRunCost(progress: Progress): Promise<Report> {
  const system = openBenchSystem({
    action: createBenchAction(SMALL_PAGE),
    batch: 10,
    workers: 1,
    inputsInFlight: 20,
    deliversCallbacks: true,
    latencies: { dynamodbMs: 4, sqsMs: 8 },
  });
  const inputs = [{ pages: 1, seed: 1 }];
  const url = 'https://receiver.example/hook';
  // The first run finds nothing in the workers' caches, the second what a busy deployment finds.
  for (const name of ['cold', 'warm']) {
    progress(`a ${name} run`);
    system.takeTally();
    await system.launch(inputs, url);
    const intake = system.takeTally();
    await system.drain();
    const work = system.takeTally();
    await system.sweepAfter(SWEPT_AFTER_MS);
    const after = system.takeTally();
    if (name === 'warm') return reportOf(intake, work, after);
  }
  throw new Error('There was no warm run.');
}

function reportOf(intake: Tally, work: Tally, sweep: Tally): Report {
  const limit = (what: string, value: number, atMost: number): Figure => ({
    what,
    value,
    unit: '',
    target: { atMost },
  });
  return {
    title: 'Fixed cost of a run: one input, one page, its callback and run.finished',
    notes: [
      'The page itself is in. Each message comes alone, but for its callback and run.finished, which meet; a receive and a delete a batch.',
      'The sweep is the one that takes the finished run off the list; its reads of empty lists are every minute’s and not the run’s.',
    ],
    figures: [
      limit('write units, whole run', intake.writeUnits + work.writeUnits + sweep.writeUnits, 16),
      limit('SQS requests, whole run', intake.sqsRequests + work.sqsRequests, 8),
      limit('write units up to the 202', intake.writeUnits, 5),
      limit('SQS requests up to the 202', intake.sqsRequests, 1),
      { what: 'read units, whole run', value: intake.readUnits + work.readUnits + sweep.readUnits, unit: '' },
      { what: 'invocations', value: work.invocations, unit: '' },
      { what: '  sends', value: intake.sqsSends + work.sqsSends, unit: 'SQS requests' },
      { what: '  receives', value: work.sqsReceives, unit: 'SQS requests' },
      { what: '  deletes', value: work.sqsDeletes, unit: 'SQS requests' },
      ...items('up to the 202', intake),
      ...items('after it', work),
      ...items('sweep', sweep),
    ],
  };
}

function items(when: string, tally: Tally): Figure[] {
  return Array.from(tally.items, ([name, { calls, readUnits, writeUnits }]) => ({
    what: `  ${when}: ${name}${calls > 1 ? ` (${calls} calls)` : ''}`,
    value: writeUnits > 0 ? writeUnits : readUnits,
    unit: writeUnits > 0 ? 'write units' : 'read units',
  }));
}
