import { type Command, InvalidArgumentError } from 'commander';

/**
 * Adds a command. `usage`: its name and arguments. `examples`: whole command lines, without what runs them.
 * `isDefault`: it is meant where its parent is called alone.
 */
export function define(
  parent: Command,
  usage: string,
  summary: string,
  examples: readonly string[],
  { isDefault = false }: { readonly isDefault?: boolean } = {},
): Command {
  return withExamples(parent.command(usage, { isDefault }).description(summary), examples);
}

/** Adds examples to the help of a command. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', () => {
    const program = rootOf(command).name();
    return `\nExamples:\n${examples.map((example) => `  ${program} ${example}`).join('\n')}`;
  });
}

export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

/** Adds --limit and --all to a command that prints a list. */
export function withLimit(command: Command): Command {
  return command
    .option('--limit <n>', 'how many to show', countOf('--limit'), '20')
    .option('--all', 'show all of them');
}

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUid(text: string): boolean {
  return UID.test(text);
}

/** Reads an argument that is a uid. */
export function uidOf(text: string): string {
  if (isUid(text)) return text;
  throw new InvalidArgumentError('A uid looks like 04b480fa-0534-88e9-b770-f9db391ce272.');
}

/** Reads an option that is a whole number from 1; it stays text, as options are. */
export function countOf(option: string): (text: string) => string {
  return (text) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return text;
    throw new InvalidArgumentError(`${option} takes a whole number from 1.`);
  };
}

/** Reads an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** What reads options that may be given several times. */
const SEVERAL = new WeakSet<object>([several]);

/** Refuses an option of one value that is given twice, in a command and all of its commands. */
export function refuseRepeats(command: Command): void {
  for (const option of command.options) {
    const { parseArg: read = (text: string): string => text } = option;
    if (option.isBoolean() || SEVERAL.has(read)) continue;
    option.argParser((text: string, before: unknown) => {
      if (command.getOptionValueSource(option.attributeName()) !== 'cli') return read(text, before);
      throw new InvalidArgumentError(`${option.long} is given twice.`);
    });
  }
  for (const one of command.commands) refuseRepeats(one);
}

/** Reads an option that may be given several times, each time with one of these values, in any case. */
export function severalOf<Value extends string>(
  allowed: readonly Value[],
): (text: string, before?: readonly Value[]) => readonly Value[] {
  const read = (text: string, before: readonly Value[] = []): readonly Value[] => [...before, oneOf(allowed)(text)];
  SEVERAL.add(read);
  return read;
}

/** Reads an argument or option with one of these values, in any case. */
export function oneOf<Value extends string>(allowed: readonly Value[]): (text: string) => Value {
  return (text) => {
    const value = allowed.find((one) => one.toLowerCase() === text.toLowerCase());
    if (value === undefined) throw new InvalidArgumentError(`Allowed: ${allowed.join(', ')}.`);
    return value;
  };
}
