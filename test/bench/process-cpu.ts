import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in what Linux tells of processes, on every machine Node runs on (proc(5), USER_HZ). */
const TICKS_A_SECOND = 100;

/**
 * Milliseconds of CPU a process has taken so far, user and system, of all its threads, and of the processes that it
 * started and that have ended; null where there is no /proc.
 */
export function cpuMsOf(pid: number | undefined): number | null {
  const path = `/proc/${pid}/stat`;
  if (pid === undefined || !existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  // The command's name, in parentheses, may hold anything; user and system time are the 14th and 15th word,
  // those of ended children the two after.
  const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = words.slice(11, 15).reduce((sum, word) => sum + Number(word), 0);
  return (ticks * 1_000) / TICKS_A_SECOND;
}

/** Milliseconds of CPU that this process takes until the work is done, and whatever else it does meanwhile. */
export async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Megabytes of memory that a process and all that it started take now; null where there is no /proc. */
export function residentMbOf(pid: number | undefined): number | null {
  if (pid === undefined || !existsSync(`/proc/${pid}/status`)) return null;
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((id) => id !== ''),
  );
  return children.reduce((sum, child) => sum + (residentMbOf(Number(child)) ?? 0), kilobytes / 1_024);
}
