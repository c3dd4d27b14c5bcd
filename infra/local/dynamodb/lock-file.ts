import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Directories that this process has open. Its own pid in a lock file may also be left by a dead process of the same
 * pid.
 */
const openHere = new Set<string>();

/** Locks a directory for this process; the result releases it. Throws when a living process has locked it. */
export function lockDirectory(dir: string): () => void {
  const path = join(dir, 'lock');
  if (!tryLock(path)) {
    const owner = Number(readFileSync(path, 'utf8'));
    if (openHere.has(path) || (owner !== process.pid && isAlive(owner)))
      throw new Error(`${dir} is in use by process ${owner}: only one process may open it at a time`);
    rmSync(path, { force: true });
    if (!tryLock(path)) throw new Error(`${dir} was taken by another process meanwhile`);
  }
  openHere.add(path);
  return () => {
    openHere.delete(path);
    rmSync(path, { force: true });
  };
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Signal 0 asks whether a process exists; EPERM: it does, and is another user's. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
