import { CommandFailed, usageError } from './command-failed.ts';

/** Asks a person on a terminal; on standard error, so that what a command prints can go into a file. */
const ON_TERMINAL = { input: process.stdin, output: process.stderr };

function isPerson(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** One line that is not shown: typed by a person, else the whole of standard input. */
export async function askSecret(message: string): Promise<string> {
  const text = isPerson() ? await typed(message) : (await readStdin()).toString('utf8');
  const secret = text.trim();
  if (secret === '') throw usageError(`${message}: standard input is empty.`);
  return secret;
}

async function typed(message: string): Promise<string> {
  const { password } = await import('@clack/prompts');
  return answerOf(await password({ message, ...ON_TERMINAL }));
}

/** One line of text. Throws CommandFailed where nobody can be asked; `option` says how to give it then. */
export async function askText(message: string, placeholder: string, option: string): Promise<string> {
  if (!isPerson()) throw usageError(`${option} is required where nobody can be asked.`);
  const { text } = await import('@clack/prompts');
  return answerOf(await text({ message, placeholder, ...ON_TERMINAL })).trim();
}

/** Asks before something that cannot be undone. Throws CommandFailed unless it is confirmed. */
export async function askToConfirm(message: string, isConfirmed: boolean | undefined): Promise<void> {
  if (isConfirmed === true) return;
  if (!isPerson()) throw usageError(`${message} Add --yes where nobody can be asked.`);
  const { confirm } = await import('@clack/prompts');
  const answer = answerOf(await confirm({ message, initialValue: false, ...ON_TERMINAL }));
  if (!answer) throw new CommandFailed(1, 'Nothing was done.');
}

/** Ctrl-C and Escape end the command. */
function answerOf<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === 'symbol') throw new CommandFailed(130, 'Nothing was done.');
  return answer as Exclude<Answer, symbol>; // cast: just seen
}

export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer); // cast: no encoding is set
  return Buffer.concat(chunks);
}
