import { parseArgs } from 'node:util';
import { type Command, type CommandOption, type CommandValues, UsageError } from './command.ts';

/** Options that every command takes. */
export const STAGE_OPTIONS: Readonly<Record<string, CommandOption>> = {
  stage: { value: 'NAME', help: 'a stage deployed in AWS, with your credentials; without it, the local system' },
  region: {
    value: 'REGION',
    help: "the stage's region, such as eu-west-1; by default that of its settings, else yours",
  },
  'data-dir': { value: 'DIR', help: 'the data folder of the local system (default .trireme)' },
  help: { value: null, help: 'print this text' },
};

/** A command line as it was read: help for some commands, or a command to run. */
export type CommandLine =
  | { readonly kind: 'help'; readonly commands: readonly Command[] }
  | { readonly kind: 'run'; readonly command: Command; readonly values: CommandValues };

/** Reads a command line. Throws UsageError with one line that says what is wrong and what is allowed. */
export function readCommandLine(args: readonly string[], commands: readonly Command[]): CommandLine {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const words = firstOption === -1 ? args : args.slice(0, firstOption);
  const asksForHelp = args.includes('--help') || args.includes('-h');
  const meant = commands.filter(({ name }) => `${name} `.startsWith(`${words.slice(0, 2).join(' ')} `));
  if (words.length === 0 || (asksForHelp && meant.length > 0)) {
    if (!asksForHelp && args.length > 0) throw new UsageError(`begin with a command: ${namesOf(commands)}`);
    return { kind: 'help', commands: words.length === 0 ? commands : meant };
  }
  const [command, ...others] = meant;
  if (command === undefined || others.length > 0) {
    const group = commands.filter(({ name }) => name.startsWith(`${words[0]} `));
    throw new UsageError(
      `unknown command ${words.join(' ')}; allowed: ${namesOf(group.length === 0 ? commands : group)}`,
    );
  }
  const [, , extra] = words;
  if (extra !== undefined) throw new UsageError(`${command.name} takes options only, not ${extra}`);
  return { kind: 'run', command, values: readOptions(args.slice(words.length), command) };
}

function namesOf(commands: readonly Command[]): string {
  return commands.map(({ name }) => name).join(', ');
}

function readOptions(args: readonly string[], command: Command): CommandValues {
  const known = { ...command.options, ...STAGE_OPTIONS };
  const given = new Map<string, string | true>();
  for (const { name, value } of tokensOf(args, known, command)) {
    if (given.has(name)) throw new UsageError(`--${name} is given twice`);
    given.set(name, value);
  }
  for (const [name, { required, value }] of Object.entries(known)) {
    if (required === true && !given.has(name)) throw new UsageError(`--${name} ${value} is required`);
  }
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return value === true ? undefined : value;
  };
  return { text, needed: (name) => text(name) ?? '', flag: (name) => given.get(name) === true };
}

/** The options one by one, each with its value. */
function tokensOf(
  args: readonly string[],
  known: Readonly<Record<string, CommandOption>>,
  command: Command,
): readonly { readonly name: string; readonly value: string | true }[] {
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value }]) => [name, { type: value === null ? 'boolean' : 'string' } as const]),
  );
  // Not strict, because the messages of Node are for programmers.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  return tokens.map((token) => {
    if (token.kind === 'positional') throw new UsageError(`${command.name} takes options only, not ${token.value}`);
    if (token.kind === 'option-terminator') throw new UsageError('-- is not allowed here');
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (option === undefined || !token.rawName.startsWith('--')) {
      const allowed = Object.keys(known).map((name) => `--${name}`);
      throw new UsageError(`unknown option ${token.rawName}; ${command.name} takes ${allowed.join(', ')}`);
    }
    return { name: token.name, value: valueOf(token.name, token.value, option) };
  });
}

function valueOf(name: string, value: string | undefined, option: CommandOption): string | true {
  if (option.value === null) {
    if (value === undefined) return true;
    throw new UsageError(`--${name} takes no value`);
  }
  if (value !== undefined && value.trim() !== '' && !value.startsWith('--')) return value;
  throw new UsageError(`--${name} takes a value: --${name} ${option.value}`);
}
