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
    figures.push(...figuresOf(request, await answer(request)));
  }
  return { title: 'Bodies of 4.5 MB and other large requests: CPU and memory of one answer', notes: NOTES, figures };
}

const NOTES = [
  'Each in a process of its own, its code warm: from the event that API Gateway hands over to the answer. The table is in',
  'process, so what is taken costs its writes too. Memory is the most that was resident, less what was before.',
];

function figuresOf({ what }: LargeRequest, { seconds, addedMb, isRight, answered }: BodyFigures): Figure[] {
  if (!isRight) throw new Error(`${what}: answered ${answered}`);
  return [
    { what: `${what}: CPU`, value: seconds, unit: 's', target: { atMost: CPU_SECONDS } },
    { what: `${what}: memory`, value: addedMb, unit: 'MB', target: { atMost: ADDED_MB } },
  ];
}

async function answer({ what }: LargeRequest): Promise<BodyFigures> {
  const script = join(import.meta.dirname, 'bodies-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, what]);
  return JSON.parse(stdout) as BodyFigures; // cast: the script prints just that
}
