import { parseArgs } from 'node:util';
import { readAim } from './aim.ts';
import { aimAtHoles, aimsOf, replayOf } from './aim-at-holes.ts';
import { findHoles } from './find-holes.ts';
import { drillLines, FULL_DRILL, isPassed, runOutageDrill } from './outage-drill.ts';
import { plantAll, SEEDS_TO_FIND } from './planted/plant-bugs.ts';
import { coverageLines } from './print-coverage.ts';
import { promiseOf } from './promises.ts';
import { runHistory } from './run-history.ts';
import { runHistories } from './run-histories.ts';
import { type Choice, CHOICES } from './scenarios.ts';

const USAGE = `Runs the real functions on simulated AWS services in virtual time, injects faults chosen by a seed, and checks that
the engine keeps its promises. test/simulation/README.md explains how to read a failed history.

  npm run simulate -- --seeds N [--seed S] [--scenario NAME]   run N seeds from S (default 1) on all cores
  npm run simulate -- --seed S [--scenario NAME] [--aim AIM]   run one history; print its trace if it breaks a promise
  npm run simulate -- --planted [--seeds N] [NAME…]            put known bugs into the engine one by one; each must be
                                                               found within N seeds (default ${SEEDS_TO_FIND})
  npm run simulate -- --drill                                  run a steady load while DynamoDB is down for 2 h 52 min

  --scenario   what the history is about; drawn from the seed if absent:
               ${CHOICES.join(', ')}
  --aim        inject one fault at one call, besides those of the seed, such as "crash_after at page PutItem S P"
               (fault, function, operation, kind of item); or turn one kind of fault on, such as "fault fire_late"
  --trace      print the trace of a single history even if it keeps all promises
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    scenario: { type: 'string' },
    aim: { type: 'string' },
    drill: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<boolean> {
  const scenario = CHOICES.find((name) => name === values.scenario);
  if (values.scenario !== undefined && scenario === undefined) {
    throw new Error(`--scenario ${values.scenario}: allowed are ${CHOICES.join(', ')}`);
  }
  if (values.drill) return drill();
  const first = wholeNumber('--seed', values.seed ?? '1');
  if (values.planted) {
    const limit = wholeNumber('--seeds', values.seeds ?? String(SEEDS_TO_FIND));
    return plantAll(positionals, limit, (line) => console.log(line));
  }
  if (values.seeds !== undefined) return simulateMany(first, wholeNumber('--seeds', values.seeds), scenario);
  if (values.help || values.seed === undefined) {
    console.log(USAGE);
    return true;
  }
  return simulateOne(first, scenario);
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`${name} ${text}: must be a whole number of at least 1`);
}

async function drill(): Promise<boolean> {
  const report = await runOutageDrill(FULL_DRILL);
  const isFine = isPassed(report);
  for (const line of drillLines(report)) console.log(line);
  console.log(`\noutage drill: ${isFine ? 'all promises kept' : 'BROKEN'}`);
  return isFine;
}

/** Runs one history and prints all its violations. */
async function simulateOne(seed: number, scenario: Choice | undefined): Promise<boolean> {
  const aim = values.aim === undefined ? undefined : readAim(values.aim);
  const history = await runHistory(seed, { scenario, aim, keepTrace: true });
  const isFine = history.violations.length === 0;
  if (!isFine || values.trace) console.log(history.trace.join('\n'));
  for (const { check, message } of history.violations) {
    console.log(`\n${check}\n  promise: ${promiseOf(check)}\n  broken:  ${message}`);
  }
  const faults = history.kinds.length === 0 ? 'no faults' : history.kinds.join(', ');
  console.log(
    `\nseed ${seed}, ${history.scenario}, ${faults}: trace ${history.hash}, ${isFine ? 'all promises kept' : 'BROKEN'}`,
  );
  return isFine;
}

/** Runs many histories on all cores and prints what they covered; the last line is the summary. */
async function simulateMany(first: number, count: number, scenario: Choice | undefined): Promise<boolean> {
  const startedAt = performance.now();
  let printedAt = 0;
  let broken = 0;
  const outcome = await runHistories(
    { first, count },
    {
      scenario,
      onProgress(histories) {
        if (histories - printedAt < count / 20) return;
        printedAt = histories;
        const toGo = (((performance.now() - startedAt) / histories) * (count - histories)) / 60_000;
        console.error(`${histories} of ${count} histories, ${broken} broken, about ${Math.ceil(toGo)} min left`);
      },
      onFailed({ seed, violations: [first] }) {
        broken += 1;
        console.error(`seed ${seed} broke ${first?.check ?? ''}: ${first?.message ?? ''}`);
      },
    },
  );
  const aims = aimsOf(outcome.coverage).length;
  if (aims > 0) console.error(`injecting ${aims} faults at calls where no seed had them`);
  const aimed = await aimAtHoles(outcome, scenario);
  outcome.coverage.add(aimed.coverage.counts);
  for (const line of coverageLines(outcome.coverage)) console.log(line);
  const failed = [
    ...outcome.failed.map(({ seed, violations }) => ({ replay: replayOf({ seed, scenario }), violations })),
    ...aimed.failed.map((shot) => ({ replay: replayOf(shot), violations: shot.violations })),
  ];
  for (const { replay, violations } of failed.slice(0, 20)) {
    const [violation] = violations;
    const check = violation?.check ?? '';
    console.log(`\n${check}\n  promise: ${promiseOf(check)}\n  broken:  ${violation?.message ?? ''}`);
    console.log(`  repeat:  npm run simulate -- ${replay}`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const years = outcome.virtualMs / (365.25 * 86_400_000);
  const rate = (outcome.histories / seconds).toFixed(0);
  console.log(
    `\n${outcome.histories} histories and ${aimed.histories} with an aimed fault, ${failed.length} broken, ${years.toFixed(1)} years of virtual time, ${seconds.toFixed(0)} s (${rate}/s)`,
  );
  // Gaps count only without --scenario: a single scenario cannot cover everything.
  return failed.length === 0 && (scenario !== undefined || findHoles(outcome.coverage).length === 0);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
