import { parseArgs } from 'node:util';
import { benchBodies } from './bodies.ts';
import { benchBundles } from './bundles.ts';
import { benchCallbackRate } from './callback-rate.ts';
import { benchCapacity } from './capacity.ts';
import { benchConsole } from './console.ts';
import { benchEstimate } from './estimate.ts';
import { benchGrowth } from './growth.ts';
import { benchIntake } from './intake.ts';
import { benchLiveOverhead } from './live-overhead.ts';
import { benchLocalJobs } from './local-jobs.ts';
import { benchNeighbours } from './neighbours.ts';
import { benchPageCost } from './page-cost.ts';
import { benchPageSteps } from './page-steps.ts';
import { benchPath } from './path.ts';
import { formatReport, isReached, type Progress, type Report } from './report.ts';
import { benchRunCost } from './run-cost.ts';
import { benchSchedules } from './schedules.ts';
import { benchSweep } from './sweep.ts';

interface BenchFlags {
  readonly only: readonly BenchName[];
  readonly json: boolean;
  readonly long: boolean;
  readonly help: boolean;
}

/** In the order in which they run and print. */
const BENCHES = {
  'page-steps': ['CPU of the page worker, steps a second of one core', benchPageSteps],
  'page-cost': ['AWS requests and units of a page, dollars for a million', benchPageCost],
  'run-cost': ['fixed cost of a run and of taking it', benchRunCost],
  estimate: ['dollars and pages of dry runs beside those of the same runs', benchEstimate],
  path: ['AWS calls that wait for each other, and the time to the first callback', benchPath],
  intake: ['inputs in a body and lines by upload: time, units, memory', benchIntake],
  bodies: ['bodies that are small to send and large to check: CPU and memory', benchBodies],
  live: ['what a live call adds to its action', benchLiveOverhead],
  callbacks: ['the callback sender beside bare Node', benchCallbackRate],
  console: ['lists of 50,000 runs and of 100,000 inputs in Chromium: time and longest task', benchConsole],
  bundles: ['size and import time of each function', benchBundles],
  'local-jobs': ['start and jobs a second of the whole system on this machine', benchLocalJobs],
  neighbours: ['what a workspace that hangs costs another one', benchNeighbours],
  schedules: ['judging a schedule, and what those that stand cost', benchSchedules],
  sweep: ['due rows that one sweep sees to', benchSweep],
  capacity: ['what the settings of a stage sustain, and what bounds it first', benchCapacity],
  growth: ['cost of a page by the size of its run', benchGrowth],
} as const satisfies Readonly<
  Record<string, readonly [string, (progress: Progress, isLong: boolean) => Promise<Report>]>
>;

type BenchName = keyof typeof BENCHES;

const HELP = `Measures what this project has set itself numbers for, each beside its target and a baseline of the same run.
Usage: npm run bench -- [--only NAME[,NAME]] [--long] [--json]
  --only NAMES   these benches only, by commas:
${Object.entries(BENCHES)
  .map(([name, [about]]) => `                   ${name.padEnd(16)}${about}`)
  .join('\n')}
  --long         growth up to a million pages: about half an hour more, and 4 GB of memory
  --json         one JSON document on stdout instead of tables
  --help         this text
Progress goes to stderr. Exit code 0 also where a target is missed: these are measurements; 2 on a bad flag.`;

class BadFlag extends Error {
  override readonly name = 'BadFlag';
}

function readFlags(args: readonly string[]): BenchFlags {
  const options = {
    only: { type: 'string' },
    json: { type: 'boolean' },
    long: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    return {
      only: readNames(values.only),
      json: values.json ?? false,
      long: values.long ?? false,
      help: values.help ?? false,
    };
  } catch (error) {
    if (error instanceof TypeError) throw new BadFlag(`${error.message} See --help.`, { cause: error });
    throw error;
  }
}

function readNames(text: string | undefined): readonly BenchName[] {
  const names = Object.keys(BENCHES) as BenchName[]; // cast: its own keys
  if (text === undefined) return names;
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !names.some((known) => known === name));
  if (unknown.length > 0) throw new BadFlag(`--only: unknown ${unknown.join(', ')}; allowed: ${names.join(', ')}`);
  return names.filter((name) => wanted.includes(name));
}

async function run({ only, json, long }: BenchFlags): Promise<void> {
  const reports: (Report & { readonly name: string })[] = [];
  for (const name of only) {
    const [, bench] = BENCHES[name];
    const progress: Progress = (message) => process.stderr.write(`${name}: ${message}\n`);
    const report = { name, ...(await bench(progress, long)) };
    reports.push(report);
    if (!json) console.log(`${formatReport(report)}\n`);
  }
  if (json) console.log(JSON.stringify({ node: process.version, reports }, null, 2));
  else console.log(summaryOf(reports));
}

function summaryOf(reports: readonly Report[]): string {
  const held = reports.flatMap(({ figures }) => figures).filter((figure) => isReached(figure) !== null);
  const missed = held.filter((figure) => isReached(figure) === false);
  return `bench: ${held.length - missed.length} of ${held.length} targets reached`;
}

try {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help) console.log(HELP);
  else await run(flags);
} catch (error) {
  if (!(error instanceof BadFlag)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
