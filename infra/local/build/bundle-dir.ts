import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ROOT } from './project.ts';

const DIST = join(ROOT, 'dist');
const NAME = /^local-(\d+)-\w+$/;

/**
 * A folder for bundles, of this thread or, under a name, of the whole process, so that systems side by side do not
 * overwrite each other's. It is as deep in the tree as a deployment's, because source maps name files relative to it.
 * Removes folders of processes that were killed.
 */
export function claimBundleDir(name = String(threadId)): string {
  mkdirSync(DIST, { recursive: true });
  for (const folder of readdirSync(DIST)) {
    const pid = Number(NAME.exec(folder)?.[1] ?? process.pid);
    if (pid !== process.pid && !isAlive(pid)) releaseBundleDir(join(DIST, folder));
  }
  return join(DIST, `local-${process.pid}-${name}`);
}

/** Removes such a folder, if it exists. */
export function releaseBundleDir(dir: string): void {
  if (existsSync(dir)) rmSync(dir, { recursive: true, force: true });
}

/** Whether there is a process of this id. */
export function isAlive(pid: number): boolean {
  if (pid === 0) return false; // the whole group of this process, to the system
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
