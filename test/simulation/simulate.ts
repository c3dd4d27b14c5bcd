import { parseArgs } from 'node:util';
import { readAim } from './aim.ts';
import { aimAtHoles, aimsOf, replayOf } from './aim-at-holes.ts';
import { findHoles } from './find-holes.ts';
import { drillLines, FULL_DRILL, isPassed, runOutageDrill } from './outage-drill.ts';
import { plantAll, SEEDS_TO_FIND } from './planted/plant-bugs.ts';
import { coverageLines } from './print-coverage.ts';
import { runHistory } from './run-history.ts';
import { runThreads } from './run-threads.ts';
import { type Choice, CHOICES } from './scenarios.ts';

const USAGE = `Runs the engine under a seeded adversary.

  npm run simulate -- --seeds N [--seed S] [--scenario NAME]   histories of N seeds from S (default 1) on all cores
  npm run simulate -- --seed S [--scenario NAME] [--aim AIM]   one history, with its trace when it breaks a promise
  npm run simulate -- --planted [--seeds N] [NAME…]            plants bugs one by one; each must be found
  npm run simulate -- --drill                                  takes the store away for 2 h 52 min, under a steady load

  --scenario   ${CHOICES.join(', ')}; drawn from the seed when not given
  --aim        strike once at a point whatever the seed has in store, as "crash_after at page PutItem S P"
  --trace      print the trace of a single history in any case
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
  throw new Error(`${name} ${text}: a whole number from 1 on is needed`);
}

async function drill(): Promise<boolean> {
  const report = await runOutageDrill(FULL_DRILL);
  const isFine = isPassed(report);
  for (const line of drillLines(report)) console.log(line);
  console.log(`\noutage drill: ${isFine ? 'all promises kept' : 'BROKEN'}`);
  return isFine;
}

/** One history in full. */
async function simulateOne(seed: number, scenario: Choice | undefined): Promise<boolean> {
  const aim = values.aim === undefined ? undefined : readAim(values.aim);
  const history = await runHistory(seed, { scenario, aim, keepTrace: true });
  const isFine = history.violations.length === 0;
  if (!isFine || values.trace) console.log(history.trace.join('\n'));
  for (const { check, message } of history.violations) console.log(`\n${check}\n  ${message}`);
  const faults = history.kinds.length === 0 ? 'no faults' : history.kinds.join(', ');
  console.log(
    `\nseed ${seed}, ${history.scenario}, ${faults}: trace ${history.hash}, ${isFine ? 'all promises kept' : 'BROKEN'}`,
  );
  return isFine;
}

/** Many histories on all cores; the last line says it all. */
async function simulateMany(first: number, count: number, scenario: Choice | undefined): Promise<boolean> {
  const startedAt = performance.now();
  let told = 0;
  let broken = 0;
  const outcome = await runThreads(
    { first, count },
    {
      scenario,
      onProgress(histories) {
        if (histories - told < count / 20) return;
        told = histories;
        const toGo = (((performance.now() - startedAt) / histories) * (count - histories)) / 60_000;
        console.error(`${histories} of ${count}, ${broken} broken, about ${Math.ceil(toGo)} min to go`);
      },
      onFailed({ seed, violations: [first] }) {
        broken += 1;
        console.error(`seed ${seed} broke ${first?.check ?? ''}: ${first?.message ?? ''}`);
      },
    },
  );
  const aims = aimsOf(outcome.coverage).length;
  if (aims > 0) console.error(`aiming at ${aims} outcomes that chance left out`);
  const aimed = await aimAtHoles(outcome, scenario);
  outcome.coverage.add(aimed.coverage.counts);
  for (const line of coverageLines(outcome.coverage)) console.log(line);
  const chosen = scenario === undefined ? '' : ` --scenario ${scenario}`;
  const failed = [
    ...outcome.failed.map(({ seed, violations }) => ({ replay: `--seed ${seed}`, violations })),
    ...aimed.failed.map(({ seed, aim, violations }) => ({ replay: replayOf(seed, aim), violations })),
  ];
  for (const { replay, violations } of failed.slice(0, 20)) {
    const [violation] = violations;
    console.log(`\n${violation?.check ?? ''}: ${violation?.message ?? ''}\n  npm run simulate -- ${replay}${chosen}`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const years = outcome.virtualMs / (365.25 * 86_400_000);
  const rate = (outcome.histories / seconds).toFixed(0);
  console.log(
    `\n${outcome.histories} histories and ${aimed.histories} aimed ones, ${failed.length} broken, ${years.toFixed(1)} years of virtual time, ${seconds.toFixed(0)} s (${rate}/s)`,
  );
  // What one scenario leaves out, others have.
  return failed.length === 0 && (scenario !== undefined || findHoles(outcome.coverage).length === 0);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
