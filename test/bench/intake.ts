import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IntakeFigures } from './intake-process.ts';
import type { Figure, Progress, Report } from './report.ts';

const IN_BODY = [1, 300, 1_000, 100_000];
/** What intake up to the 202 may cost, up to this many inputs. */
const UNITS = { atMost: 5, inputs: 300 };
const BY_UPLOAD = [1_000, 1_000_000] as const;
/** The function's own time limit, less the half that API Gateway's hop and a cold start may take. */
const LAUNCH_SECONDS = 15;
const GROWTH = 1.3;

/** What taking inputs in costs, and whether the memory of the functions grows with their number. */
export async function benchIntake(progress: Progress): Promise<Report> {
  const figures: Figure[] = [];
  for (const count of IN_BODY) {
    progress(`${count} inputs in a body`);
    const { seconds, writeUnits } = await takeIn('body', count);
    const about = `${count.toLocaleString('en-US')} inputs in a body`;
    const isSmall = count <= UNITS.inputs;
    figures.push(
      {
        what: `${about}: write units`,
        value: writeUnits,
        unit: '',
        ...(isSmall ? { target: { atMost: UNITS.atMost } } : {}),
      },
      { what: `${about}: CPU`, value: seconds, unit: 's', target: { atMost: LAUNCH_SECONDS } },
    );
  }
  const [small, large] = [BY_UPLOAD[0], BY_UPLOAD[1]];
  const taken = new Map<number, IntakeFigures>();
  for (const count of [small, large]) {
    progress(`${count} lines by upload`);
    const found = await takeIn('upload', count);
    taken.set(count, found);
    const about = `${count.toLocaleString('en-US')} lines by upload`;
    figures.push(
      { what: `${about}: CPU`, value: found.seconds, unit: 's' },
      { what: `${about}: write units`, value: found.writeUnits, unit: '' },
      { what: `${about}: S3 reads`, value: found.objectGets, unit: '' },
      { what: `${about}: S3 writes`, value: found.objectPuts, unit: '' },
    );
  }
  return {
    title: 'Intake: inputs in a body and by upload, forty bytes each',
    notes: NOTES,
    figures: [...figures, ...growth(taken)],
  };
}

const NOTES = [
  'Each in a process of its own, without a network: seconds are CPU. The first run of a process, its code cold.',
  'Heap is what is live after a collection, at its highest: at each piece of 4 MB, and after each batch of 200 pages.',
];

function growth(taken: ReadonlyMap<number, IntakeFigures>): Figure[] {
  const [small, large] = BY_UPLOAD.map((count) => taken.get(count)?.heapMb);
  if (small === undefined || large === undefined) return [];
  return (['intake', 'control', 'page'] as const).flatMap((name) => [
    { what: `${name}: heap with 1,000,000 lines`, value: large[name], unit: 'MB' },
    { what: `${name}: beside 1,000 lines`, value: large[name] / small[name], unit: '×', target: { atMost: GROWTH } },
  ]);
}

async function takeIn(kind: 'body' | 'upload', count: number): Promise<IntakeFigures> {
  const script = join(import.meta.dirname, 'intake-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, kind, String(count)]);
  return JSON.parse(stdout) as IntakeFigures; // cast: the script prints just that
}
