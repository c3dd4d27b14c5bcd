import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shellBlock } from '../guards/readme-text.ts';

/** How an owner works with the stage that deploy:try deployed: by the commands of infra/ACCIDENTS.md as they stand there. */

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = 'infra/ACCIDENTS.md';

/** What a command printed. */
export const run = async (command: string, args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: ROOT, maxBuffer: 10_000_000 });
  return stdout + stderr;
};

/** Release 1 of the AWS command line asks AWS for SQS, whatever AWS_ENDPOINT_URL says. */
const AWS = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }';

/** Arguments of bash for lines that have what the document's first ones, and its own names, leave. */
export const shellArgs = (...lines: readonly string[]): readonly string[] => [
  '-eo',
  'pipefail',
  '-c',
  [AWS, shellBlock(DOCUMENT, 'Before you begin', 1), ...lines].join('\n'),
];

export const shell = (...lines: readonly string[]): Promise<string> => run('bash', shellArgs(...lines));

/** The nth block of a section. */
export const block = (section: string, nth: number): string => shellBlock(DOCUMENT, section, nth);

/** Does what the nth block of a section says. */
export const paste = (section: string, nth: number, names = ''): Promise<string> => shell(names, block(section, nth));

/** A command of the owner's. */
export const owner = (command: string): Promise<string> =>
  run('npm', ['run', '-s', 'trireme', '--', 'owner', ...command.split(' '), '--stage', 'local']);
