import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { AWAY_BUGS } from './away-bugs.ts';
import { BULK_BUGS } from './bulk-bugs.ts';
import { DELETION_BUGS } from './deletion-bugs.ts';
import { EVERYDAY_BUGS } from './everyday-bugs.ts';
import { FURTHER_BUGS } from './further-bugs.ts';
import { LIVE_BUGS } from './live-bugs.ts';
import { LETTER_BUGS } from './dead-letter-bugs.ts';
import { faultOfPlace } from './place-of.ts';
import { NOTIFICATION_BUGS } from './notification-bugs.ts';
import type { PlantedBug } from './planted-bug.ts';
import { SEAT_BUGS } from './seat-bugs.ts';
import { SENT_BUGS } from './sent-bugs.ts';
import { UPLOAD_BUGS } from './upload-bugs.ts';
import { USAGE_BUGS } from './usage-bugs.ts';
import { runHistories } from '../run-histories.ts';

const ROOT = new URL('../../../', import.meta.url);
/** Inside node_modules, so that what is not bundled is found from there. */
const OUT = new URL('node_modules/.cache/trireme-planted/', ROOT);
/** Each takes one condition, dedupe, re-check or order out of the engine. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...EVERYDAY_BUGS,
  ...FURTHER_BUGS,
  ...AWAY_BUGS,
  ...LIVE_BUGS,
  ...LETTER_BUGS,
  ...UPLOAD_BUGS,
  ...SEAT_BUGS,
  ...SENT_BUGS,
  ...USAGE_BUGS,
  ...BULK_BUGS,
  ...DELETION_BUGS,
  ...NOTIFICATION_BUGS,
];

/** Each bug must be found within so many seeds. */
export const SEEDS_TO_FIND = 5_000;

export interface Found {
  readonly bug: PlantedBug;
  /** Seeds run until the first broken promise; null: none broke one. */
  readonly seeds: number | null;
  /** The promise, and the seed whose history broke it. */
  readonly check: string | null;
  readonly seed: number | null;
}

/** Plants the bugs of these names (or all), one after the other, and says how soon each was found. True: all were. */
export async function plantAll(names: readonly string[], limit: number, say: (line: string) => void): Promise<boolean> {
  const wanted = names.length === 0 ? PLANTED_BUGS : PLANTED_BUGS.filter(({ name }) => names.includes(name));
  if (wanted.length < names.length)
    throw new Error(`Planted bugs are: ${PLANTED_BUGS.map(({ name }) => name).join(', ')}`);
  let found = 0;
  for (const bug of wanted) {
    const { seeds, check, seed } = await findBug(bug, limit);
    if (seeds !== null) found += 1;
    const scenario = bug.scenario === undefined ? '' : `, ${bug.scenario}`;
    if (seeds === null) say(`NOT FOUND in ${limit}  ${bug.name}`);
    else say(`${String(seeds).padStart(5)}  ${bug.name}: ${check ?? ''} (seed ${seed ?? ''}${scenario})`);
  }
  say(`${found} of ${wanted.length} planted bugs found, each within ${limit} seeds`);
  return found === wanted.length;
}

/**
 * Runs histories of the engine with this bug in it until one breaks a promise, on all cores or fewer: starting a process
 * takes as long as a dozen histories.
 */
export async function findBug(bug: PlantedBug, limit = SEEDS_TO_FIND, cores?: number): Promise<Found> {
  const program = await plant(bug);
  const { failed, histories } = await runHistories(
    { first: 1, count: limit },
    { program, cores, stopsAtFirst: true, scenario: bug.scenario ?? 'everyday' },
  );
  const [first] = failed;
  if (first === undefined) return { bug, seeds: null, check: null, seed: null };
  return { bug, seeds: histories, check: first.violations[0]?.check ?? null, seed: first.seed };
}

/** Bundles the simulator with the bug in the engine's source. Throws where the text to change is not there just once. */
async function plant(bug: PlantedBug): Promise<URL> {
  const fault = await faultOfPlace(bug);
  if (fault !== null) throw new Error(`Planted bug ${fault}`);
  await mkdir(OUT, { recursive: true });
  const outfile = new URL(`${bug.name}.mjs`, OUT);
  await build({
    entryPoints: [fileURLToPath(new URL('../simulate-worker.ts', import.meta.url))],
    outfile: fileURLToPath(outfile),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    logLevel: 'silent',
    plugins: [planting(bug)],
  });
  return outfile;
}

function planting({ file, find, replace }: PlantedBug): Plugin {
  const target = fileURLToPath(new URL(file, ROOT));
  return {
    name: 'plant',
    setup(bundler) {
      // The stage's own actions are not run here, and read data files beside their source.
      bundler.onResolve({ filter: /functions\/actions\/index\.ts$|\/actions\/index\.ts$/ }, () => ({
        path: pathToFileURL(fileURLToPath(new URL('functions/actions/index.ts', ROOT))).href,
        external: true,
      }));
      bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path !== target) return null;
        const source = await readFile(path, 'utf8');
        return { contents: source.split(find).join(replace), loader: 'ts' };
      });
    },
  };
}
