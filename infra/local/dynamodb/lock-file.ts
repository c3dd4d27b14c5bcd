import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Directories this process has open: its own pid in a lock file may also be that of a dead namesake. */
const openHere = new Set<string>();

/** Takes a directory for this process; the result gives it free. Throws when a living process has it. */
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
