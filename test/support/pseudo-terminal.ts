import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

/** A program that runs in a pseudo-terminal. */
export interface TerminalSession {
  /** What was printed so far, output and faults together as a person sees them. */
  printed(): string;
  /** Waits until it has printed this since the last wait. */
  shows(text: string): Promise<void>;
  type(keys: string): void;
  /** The exit code, once it has ended. */
  ended(): Promise<unknown>;
}

const quote = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** Runs a program in a pseudo-terminal of 100 columns, by `script` of util-linux or of the BSDs. */
export function openTerminal(
  program: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): TerminalSession {
  const line = `stty cols 100 rows 40; exec ${program.map(quote).join(' ')}`;
  const args = process.platform === 'linux' ? ['-qefc', line, '/dev/null'] : ['-q', '/dev/null', 'sh', '-c', line];
  const child = spawn('script', args, { ...options, env: { ...options.env, TERM: 'xterm', SHELL: '/bin/sh' } });
  const exit = once(child, 'exit');
  let printed = '';
  let read = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.resume();
  return {
    printed: () => printed,
    async shows(text) {
      const at = await until(`${text} in:\n${printed}`, () => {
        const found = printed.indexOf(text, read);
        return Promise.resolve(found === -1 ? null : found);
      });
      read = at + text.length;
    },
    type: (keys) => void child.stdin.write(keys),
    async ended() {
      const [code]: unknown[] = await exit;
      return code;
    },
  };
}
