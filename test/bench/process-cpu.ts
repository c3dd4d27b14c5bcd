import { existsSync, readFileSync } from 'node:fs';

/** Clock ticks a second in what Linux tells of processes, on every machine Node runs on (proc(5), USER_HZ). */
const TICKS_A_SECOND = 100;

/** Milliseconds of CPU a process has taken so far, user and system, of all its threads; null where there is no /proc. */
export function cpuMsOf(pid: number | undefined): number | null {
  const path = `/proc/${pid}/stat`;
  if (pid === undefined || !existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  // The command's name, in parentheses, may hold anything; user and system time are the 14th and 15th word.
  const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(words[11]) + Number(words[12])) * 1_000) / TICKS_A_SECOND;
}

/** Milliseconds of CPU that this process takes until the work is done, and whatever else it does meanwhile. */
export async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
