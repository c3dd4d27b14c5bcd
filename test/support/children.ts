import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const GRACE_MS = 5_000;

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Shows what it prints as it comes, in place of keeping it. */
  readonly isShown?: boolean;
}

/** The processes that a script started; each leads a group of its own, so that what it starts ends with it. */
export interface Children {
  /** Runs a command to its end and gives what it printed. Throws an Error with the end of that if it failed. */
  run(command: string, args: readonly string[], options: CommandOptions): Promise<string>;
  /** Starts a command that stays; its stdin is open for as long as this process lives. */
  start(command: string, args: readonly string[], options: CommandOptions): ChildProcess;
  isStopping(): boolean;
  /** Ends all of them: asked first, then killed. */
  stop(): Promise<void>;
}

/** `script` names who starts them, in errors. */
export function keepChildren(script: string): Children {
  const running = new Set<ChildProcess>();
  let isStopping = false;

  function start(command: string, args: readonly string[], { env, cwd, isShown = false }: CommandOptions) {
    if (isStopping) throw new Error(`${script} is being stopped`);
    const output = isShown ? 'inherit' : 'pipe';
    const child = spawn(command, args, { env, cwd, detached: true, stdio: ['pipe', output, output] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.once('error', () => running.delete(child));
    return child;
  }

  return {
    start,
    isStopping: () => isStopping,
    async run(command, args, options) {
      const child = start(command, args, options);
      child.stdin?.end();
      const printed: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => printed.push(part));
      await once(child, 'close');
      const text = Buffer.concat(printed).toString('utf8');
      if (child.exitCode === 0) return text;
      const how = child.signalCode ?? `code ${child.exitCode}`;
      throw new Error(`${command} ${args.join(' ')} ended with ${how}\n${lastLines(text)}`);
    },
    async stop() {
      isStopping = true;
      const ended = [...running].map((child) => once(child, 'exit'));
      for (const child of running) signalGroup(child, 'SIGTERM');
      const kill = setTimeout(() => running.forEach((child) => signalGroup(child, 'SIGKILL')), GRACE_MS);
      await Promise.all(ended);
      clearTimeout(kill);
    },
  };
}

export function lastLines(text: string, count = 60): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it is gone already
  }
}
