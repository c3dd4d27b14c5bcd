import type { Command, CommandOption } from './command.ts';
import { STAGE_OPTIONS } from './command-line.ts';

const RUN = 'npm run trireme --';

/** The help of one command with its options, or the list of several. */
export function helpOf(commands: readonly Command[]): string {
  const [command, ...others] = commands;
  return command === undefined || others.length > 0 ? listOf(commands) : detailsOf(command);
}

function listOf(commands: readonly Command[]): string {
  const blocks = commands.map(({ name, help, options }) => `  ${RUN} ${name}${usageOf(options)}\n      ${help}`);
  const examples = commands.flatMap((command) => command.examples.slice(0, 1));
  return [
    "The owner's command line.",
    blocks.join('\n\n'),
    `${RUN} COMMAND --help tells a command's options.`,
    stageHelp(),
    `Examples:\n${examplesOf(examples)}`,
  ].join('\n\n');
}

function detailsOf({ name, help, options, examples }: Command): string {
  const own = Object.keys(options).length === 0 ? [] : [`Options:\n${describe(options)}`];
  return [`${RUN} ${name}${usageOf(options)}`, help, ...own, stageHelp(), `Examples:\n${examplesOf(examples)}`].join(
    '\n\n',
  );
}

function stageHelp(): string {
  return `Where, and help:\n${describe(STAGE_OPTIONS)}`;
}

function usageOf(options: Readonly<Record<string, CommandOption>>): string {
  return Object.entries(options)
    .map(([name, { value, required }]) => {
      const text = `--${name}${value === null ? '' : ` ${value}`}`;
      return required === true ? ` ${text}` : ` [${text}]`;
    })
    .join('');
}

function describe(options: Readonly<Record<string, CommandOption>>): string {
  const rows = Object.entries(options).map(
    ([name, { value, help }]) => [`--${name}${value === null ? '' : ` ${value}`}`, help] as const,
  );
  const width = Math.max(...rows.map(([option]) => option.length));
  return rows.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`).join('\n');
}

function examplesOf(examples: readonly string[]): string {
  return examples.map((example) => `  ${RUN} ${example}`).join('\n');
}
