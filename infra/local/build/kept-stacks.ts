import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SynthesizedStack } from './read-assembly.ts';
import { readWhole, writeWhole } from './whole-file.ts';

/** Stacks of so many different sources are kept. */
const KEPT = 4;

/** A synthesized stack that is not bound to one folder of bundles: it has the name of each function by object key. */
export interface StoredStack extends Omit<SynthesizedStack, 'assets'> {
  readonly functions: readonly (readonly [objectKey: string, functionName: string])[];
}

/** The kept stack of these sources; null: there is none, or it was damaged. */
export function findStack(root: string, key: string): StoredStack | null {
  // A whole file holds what `keepStack` wrote.
  return (readWhole(fileOf(root, key)) as StoredStack | undefined) ?? null;
}

/** Keeps a stack for the next starts, and removes the oldest ones. */
export function keepStack(root: string, key: string, stack: StoredStack): void {
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  writeWhole(fileOf(root, key), stack);
  const files = readdirSync(dist).filter((name) => name.startsWith('stack-'));
  const aged = files.map((name) => ({ name, at: statSync(join(dist, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  for (const { name } of aged.toSorted((a, b) => b.at - a.at).slice(KEPT)) rmSync(join(dist, name), { force: true });
}

/** The stack that does not know where its functions lie. */
export function withoutFolders({ assets, ...stack }: SynthesizedStack): StoredStack {
  return { ...stack, functions: Array.from(assets, ([objectKey, dir]) => [objectKey, basename(dir)] as const) };
}

/** The stack with its functions in this folder of bundles. */
export function withFolders({ functions, ...stack }: StoredStack, bundleDir: string): SynthesizedStack {
  return { ...stack, assets: new Map(functions.map(([objectKey, name]) => [objectKey, join(bundleDir, name)])) };
}

function fileOf(root: string, key: string): string {
  return join(root, 'dist', `stack-${key}.json`);
}
