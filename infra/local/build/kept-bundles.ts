import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { isAlive } from './bundle-dir.ts';
import { digestOf } from './sources.ts';
import type { Sources } from './sources.ts';
import { readWhole, writeWhole } from './whole-file.ts';

/** Written last: a folder without it was cut short. */
const RECORD = 'build.json';
const USER = /^used-by-(\d+)$/;
/** Builds that are kept though nobody runs them: the last one, and that of a branch one came from. */
const KEPT_UNUSED = 2;

/** Digests by path: of what lies in the folder, and of what it was made of besides the project's own sources. */
const BuildRecord = z.strictObject({
  files: z.record(z.string(), z.string()),
  inputs: z.record(z.string(), z.string()),
});

/** Bundles in `dist/build-<key>-…`, named by the sources they were made of, so that a later start need not make them. */
export interface KeptBundles {
  /** The folder of sound bundles of these sources; null: there is none. One damaged or cut short is not sound. */
  find(key: string): string | null;
  /** Makes the folder of a build that begins, used by this process. */
  begin(key: string): string;
  /** Makes a build one to be found. `inputs` are the files that the bundler read, absolute. */
  keep(dir: string, inputs: readonly string[], sources: Sources): void;
  /** Says that this process runs a build: it is not removed until the process releases it, or ends. */
  use(dir: string): void;
  release(dir: string): void;
  /** Removes what nobody runs, but for the last ones. */
  removeOld(): void;
}

/** The kept bundles of a project's folder. */
export function keptBundles(root: string): KeptBundles {
  // As deep in the tree as a deployment's, because source maps name files relative to them.
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  const foldersOf = (prefix: string): readonly string[] =>
    readdirSync(dist)
      .filter((name) => name.startsWith(prefix))
      .map((name) => join(dist, name));
  const use = (dir: string): void => writeWhole(join(dir, `used-by-${process.pid}`), null);
  return {
    find: (key) => foldersOf(`build-${key}-`).find((dir) => isSound(root, dir)) ?? null,
    begin(key) {
      const dir = mkdtempSync(join(dist, `build-${key}-`));
      use(dir);
      return dir;
    },
    keep(dir, inputs, sources) {
      const foreign = inputs.map((path) => relative(root, path)).filter((path) => !sources.has(path));
      writeWhole(join(dir, RECORD), {
        files: Object.fromEntries(listFiles(dir).map((path) => [path, digestOf(join(dir, path))])),
        inputs: Object.fromEntries(foreign.map((path) => [path, digestOf(join(root, path))])),
      });
    },
    use(dir) {
      use(dir);
      utimesSync(join(dir, RECORD), new Date(), new Date());
    },
    release: (dir) => rmSync(join(dir, `used-by-${process.pid}`), { force: true }),
    removeOld() {
      const unused = foldersOf('build-').filter((dir) => !hasUser(dir));
      const usedAt = (dir: string): number => statSync(join(dir, RECORD), { throwIfNoEntry: false })?.mtimeMs ?? 0;
      for (const dir of unused.toSorted((a, b) => usedAt(b) - usedAt(a)).slice(KEPT_UNUSED)) {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}

function isSound(root: string, dir: string): boolean {
  const record = BuildRecord.safeParse(readWhole(join(dir, RECORD)));
  if (!record.success) return false;
  const { files, inputs } = record.data;
  const isAsKept = (folder: string, digests: Readonly<Record<string, string>>): boolean =>
    Object.entries(digests).every(([path, digest]) => digestOf(join(folder, path)) === digest);
  return isAsKept(dir, files) && isAsKept(root, inputs);
}

function hasUser(dir: string): boolean {
  if (!existsSync(dir)) return false; // another process removed it just now
  return readdirSync(dir).some((name) => isAlive(Number(USER.exec(name)?.[1] ?? 0)));
}

/** What the bundler wrote: `<function>/<file>`. */
function listFiles(dir: string): readonly string[] {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)));
  return paths.filter((path) => !USER.test(path));
}
