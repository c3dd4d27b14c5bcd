import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whatever is built of this project is made of these, of packages, and of what a source names elsewhere. */
const FOLDERS = ['functions', 'shared', 'infra'];
const FILES = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'tsconfig.json', 'cdk.json'];

/** Bundles are made of all of them. */
export const BUILT_OF_ALL: readonly string[] = FOLDERS;

/** The stack is made of these: of the functions it needs to know which there are. */
export const STACK_FOLDERS: readonly string[] = ['functions/api', 'functions/workers', 'shared', 'infra'];

/** The digest of each source, by its path from the project's folder. */
export type Sources = ReadonlyMap<string, string>;

/** Reads every source of the project. */
export function readSources(root: string): Sources {
  return new Map(listSources(root).map((path) => [path, digestOf(join(root, path))]));
}

/** Names the sources below these folders, the files that belong to no folder, and the Node that builds. */
export function keyOf(sources: Sources, folders: readonly string[]): string {
  const names = [...FILES, ...folders.map((folder) => `${folder}/`)];
  const parts = Array.from(sources).filter(([path]) => names.some((name) => path === name || path.startsWith(name)));
  return hash('sha256', JSON.stringify([process.version, process.platform, process.arch, parts]), 'hex').slice(0, 16);
}

/** Changes when a source does, and costs far less than to read them all. */
export function stampOf(root: string): string {
  const stamps = listSources(root).map((path) => {
    const { mtimeMs = 0, size = 0, ino = 0 } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {};
    return `${path} ${mtimeMs} ${size} ${ino}`;
  });
  return hash('sha256', stamps.join('\n'), 'hex');
}

/** The digest of a file; the empty text where there is none. */
export function digestOf(path: string): string {
  try {
    return hash('sha256', readFileSync(path), 'hex');
  } catch (error) {
    // An editor's own file may be gone between a folder's list and this; a link may lead to nowhere, or to a folder.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return '';
    throw error;
  }
}

function listSources(root: string): readonly string[] {
  const inFolders = FOLDERS.flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => join(entry.parentPath, entry.name));
  });
  const paths = inFolders.map((path) => path.slice(root.length + 1));
  return [...paths, ...FILES].sort();
}
