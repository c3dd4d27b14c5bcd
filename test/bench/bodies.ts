import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LargeRequest, REFUSED, TAKEN } from '../support/large-bodies.ts';
import type { BodyFigures } from './bodies-process.ts';
import type { Figure, Progress, Report } from './report.ts';

/** What answering any request may cost. */
const CPU_SECONDS = 0.5;
const ADDED_MB = 200;

/** What it costs to answer requests that are small to send and large to check, and the largest that are taken. */
export async function benchBodies(progress: Progress): Promise<Report> {
  const figures: Figure[] = [];
  for (const request of [...REFUSED, ...TAKEN]) {
    progress(request.what);
    figures.push(...figuresOf(request, await measure(request), await measure(request, 'parse')));
  }
  return { title: 'Bodies of 4.5 MB and other large requests: CPU and memory of one answer', notes: NOTES, figures };
}

const NOTES = [
  'Each in a process of its own, its code warm: from the event that API Gateway hands over to the answer. The table is in',
  'process, so what is taken costs its writes too. Memory is the most that was resident, less what was before. The baseline',
  'is JSON.parse of the same body in a process warmed up alike, and nothing else.',
];

function figuresOf({ what, body }: LargeRequest, answered: BodyFigures, bare: BodyFigures): Figure[] {
  if (!answered.isRight) throw new Error(`${what}: answered ${answered.answered}`);
  const baselines = body === undefined ? [{}, {}] : [{ baseline: bare.seconds }, { baseline: bare.addedMb }];
  return [
    { what: `${what}: CPU`, value: answered.seconds, unit: 's', target: { atMost: CPU_SECONDS }, ...baselines[0] },
    { what: `${what}: memory`, value: answered.addedMb, unit: 'MB', target: { atMost: ADDED_MB }, ...baselines[1] },
  ];
}

/** What a request takes; with `parse`, only the parsing of its body. */
async function measure({ what }: LargeRequest, ...only: 'parse'[]): Promise<BodyFigures> {
  const script = join(import.meta.dirname, 'bodies-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, what, ...only]);
  return JSON.parse(stdout) as BodyFigures; // cast: the script prints just that
}
