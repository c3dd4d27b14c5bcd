import { type Command as Commander, InvalidArgumentError, Option } from 'commander';
import { define, refuseRepeats, withExamples } from '../../shared/cli/define.ts';
import type { Command, CommandOption, CommandValues } from './command.ts';
import { COMMANDS } from './commands.ts';

/** Options that every command takes. */
const STAGE_OPTIONS = {
  stage: { value: 'NAME', help: 'a stage deployed in AWS, with your credentials; without it, the local system' },
  region: {
    value: 'REGION',
    help: "the stage's region, such as eu-west-1; by default that of its settings, else yours",
  },
  'data-dir': { value: 'DIR', help: 'the data folder of the local system (default .trireme)' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** Options of commands about what only AWS has. */
const AWS_OPTIONS: Readonly<Record<string, CommandOption>> = {
  stage: { value: 'NAME', required: true, help: 'a stage of infra/settings.ts, with your credentials' },
  region: { value: 'REGION', help: STAGE_OPTIONS.region.help },
};

const FLAGS_WIDTH = 20;

/** Adds the owner's commands to a program. `run`: does one of them with what was given for its options. */
export function addOwnerCommands(
  program: Commander,
  run: (command: Command, values: CommandValues) => Promise<void>,
): void {
  const groups = new Map<string, Commander>();
  for (const command of COMMANDS) {
    const [first = '', second] = command.name.split(' ');
    if (second !== undefined && !groups.has(first)) {
      groups.set(first, withExamples(withStageOptions(program.command(first)), command.examples));
    }
    const parent = second === undefined ? program : (groups.get(first) ?? program);
    const added = define(parent, second ?? first, command.help, command.examples);
    const options = { ...command.options, ...('run' in command ? STAGE_OPTIONS : AWS_OPTIONS) };
    for (const [name, option] of Object.entries(options)) added.addOption(optionOf(name, option));
    added.action((given: Readonly<Record<string, unknown>>) => run(command, valuesOf(given)));
  }
  for (const [name, group] of groups) {
    group.description(`${name} of the stage: ${group.commands.map((command) => command.name()).join(', ')}`);
  }
  refuseRepeats(program);
}

/** Tells in the help of a command that has commands the options which each of them takes. */
export function withStageOptions(command: Commander): Commander {
  const lines = Object.entries(STAGE_OPTIONS).map(([name, option]) => {
    const { flags, description } = optionOf(name, option);
    return `  ${flags.padEnd(FLAGS_WIDTH)}${description}`;
  });
  return command.addHelpText('after', `\nOptions of its commands:\n${lines.join('\n')}`);
}

function optionOf(name: string, { value, help, required }: CommandOption): Option {
  const option = new Option(value === null ? `--${name}` : `--${name} <${value}>`, help);
  if (value === null) return option;
  option.argParser((text: string) => {
    if (text.trim() !== '' && !text.startsWith('--')) return text;
    throw new InvalidArgumentError(`--${name} takes a value: --${name} ${value}`);
  });
  return option.makeOptionMandatory(required === true);
}

function valuesOf(given: Readonly<Record<string, unknown>>): CommandValues {
  const of = (name: string): unknown => given[new Option(`--${name}`).attributeName()];
  const text = (name: string): string | undefined => {
    const value = of(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { text, needed: (name) => text(name) ?? '', flag: (name) => of(name) === true };
}
