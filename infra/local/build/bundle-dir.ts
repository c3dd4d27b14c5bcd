import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ROOT } from './project.ts';

const DIST = join(ROOT, 'dist');
const NAME = /^local-(\d+)-\w+$/;

/**
 * A folder for the bundles that run in this thread, or in all of this process under a name, so that systems side by side
 * do not write over each other. It lies as deep as a deployment's, for source maps name files from there. Those of
 * processes that were killed are removed.
 */
export function claimBundleDir(name = String(threadId)): string {
  mkdirSync(DIST, { recursive: true });
  for (const folder of readdirSync(DIST)) {
    const pid = Number(NAME.exec(folder)?.[1] ?? process.pid);
    if (pid !== process.pid && !isAlive(pid)) releaseBundleDir(join(DIST, folder));
  }
  return join(DIST, `local-${process.pid}-${name}`);
}

/** Removes such a folder; fine when it is gone already. */
export function releaseBundleDir(dir: string): void {
  if (existsSync(dir)) rmSync(dir, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, but somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
