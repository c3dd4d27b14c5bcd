import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Children, keepChildren } from './children.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What a script works with. */
export interface ScriptTools {
  readonly children: Children;
  /** A folder of its own, which is removed at the end. */
  readonly workDir: string;
  /** Prints a step, with the seconds since the start. */
  readonly say: (step: string) => void;
}

/**
 * Runs a script that starts processes: at its end, at an error and at a signal they are ended, and its folder is
 * removed. An error is printed, and makes the exit code 1. `isSpared`: whether a signal is the script's own matter.
 */
export async function runScript(
  script: string,
  act: (tools: ScriptTools) => Promise<void>,
  isSpared: (signal: string) => boolean = () => false,
): Promise<void> {
  const startedAt = Date.now();
  const children = keepChildren(script);
  const workDir = await mkdtemp(join(tmpdir(), `trireme-${script.replace(':', '-')}-`));
  const cleanUp = async (): Promise<void> => {
    await children.stop();
    await rm(workDir, { recursive: true, force: true });
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (isSpared(signal)) return;
      process.exitCode = code;
      void cleanUp().finally(() => process.exit(code));
    });
  }
  const say = (step: string): void => {
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    process.stdout.write(`${script} ${`${seconds} s`.padStart(6)}  ${step}\n`);
  };
  try {
    await act({ children, workDir, say });
  } catch (error) {
    // What was stopped by a signal has not failed.
    if (children.isStopping()) return;
    process.stderr.write(`\n${script} failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

/**
 * The flags that a script was called with, of those that it takes. Null: it has printed its help, or what it does not
 * take (exit code 2).
 */
export function readFlags(
  script: string,
  help: string,
  flags: readonly `--${string}`[] = [],
): ReadonlySet<string> | null {
  const given = process.argv.slice(2);
  const unknown = given.find((flag) => flag !== '--help' && !flags.some((known) => known === flag));
  if (unknown === undefined && !given.includes('--help')) return new Set(given);
  if (unknown === undefined) process.stdout.write(`${help}\n`);
  else {
    process.stderr.write(`${script}: there is no ${unknown}; --help says what there is\n`);
    process.exitCode = 2;
  }
  return null;
}
