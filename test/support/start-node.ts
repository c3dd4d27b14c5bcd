import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterAll } from 'vitest';

const TETHER = new URL('./tether.ts', import.meta.url).href;
const started = new Set<ChildProcess>();

/** A process of a test's own, of this very Node. What it prints must be read, or it stands still once the pipe is full. */
export interface StartedNode extends ChildProcess {
  readonly stdout: Readable;
  /** What it says of faults; shown as the test's own where `faults` is `inherit`. */
  readonly stderr: Readable;
}

/**
 * Starts Node with these arguments. The process is gone at the end of the test's file at the latest, and also where that
 * file fails, or its process is killed. What it started itself ends with it: esbuild's service, for one, can outlive a
 * killed process for good when it waits for an answer of a plugin there.
 */
export function startNode(
  args: readonly string[],
  { faults = 'pipe', ...options }: Pick<SpawnOptions, 'cwd' | 'env'> & { readonly faults?: 'pipe' | 'inherit' } = {},
): StartedNode {
  const child = spawn(process.execPath, ['--import', TETHER, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', faults, 'ipc'],
    detached: true, // a process group of its own
  });
  started.add(child);
  child.once('exit', () => {
    started.delete(child);
    killGroup(child);
  });
  return child as StartedNode; // cast: its output is piped; the types of spawn know it only without a channel
}

/** Ends a process at once, as a power cut would, and waits until it is gone. */
export async function killNode(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Ends what is left of a process's group. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return; // it was never started
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // nothing is left
  }
}

afterAll(async () => {
  await Promise.all(Array.from(started, killNode));
});
