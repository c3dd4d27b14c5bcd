import { parseArgs } from 'node:util';
import { checkCronTriple } from '../support/check-cron-triple.ts';
import { readClockWindows } from '../support/clock-windows.ts';
import { pick, randomCron, seededRandom } from '../support/random-cron.ts';

const HELP = `Compares random cron expressions around clock changes with a minute-by-minute reading of the rules.
  --cases N   how many expressions (100000)
  --seed S    which ones (1); a failing case is found again by its seed
  --help      this text
Ends with one summary line; exit code 1 if anything differed, 2 on a bad flag.`;

/** Runs the cases and prints each difference, ten at most, and the summary. */
function compare(cases: number, seed: number): number {
  const started = performance.now();
  const windows = readClockWindows();
  const random = seededRandom(seed);
  let faults = 0;
  for (let index = 0; index < cases; index += 1) {
    const text = randomCron(random);
    const window = pick(random, windows);
    const fault = checkCronTriple(text, window);
    if (fault === null) continue;
    faults += 1;
    if (faults <= 10) console.log(`case ${index}: "${text}" in ${window.zone}: ${fault}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`oracle: ${cases} cases, ${windows.length} windows, seed ${seed}, ${faults} differences, ${seconds} s`);
  return faults === 0 ? 0 : 1;
}

function readFlags(): { cases: number; seed: number; help: boolean } {
  const options = { cases: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options });
  return {
    cases: readCount('cases', values.cases ?? '100000'),
    seed: readCount('seed', values.seed ?? '1'),
    help: values.help ?? false,
  };
}

function readCount(flag: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`--${flag} takes a whole number, not "${text}"`);
  return Number(text);
}

try {
  const flags = readFlags();
  if (flags.help) console.log(HELP);
  else process.exitCode = compare(flags.cases, flags.seed);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
