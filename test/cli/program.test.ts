import { type Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../shared/cli/run-command-line.ts';

const PROGRAM = 'trireme';

/** The program as callers have it; its commands only note that they were called. `printed`: what it said. */
function openProgram(): { readonly program: Command; readonly called: string[]; readonly printed: () => string } {
  const called: string[] = [];
  let printed = '';
  const program = createProgram({ program: PROGRAM, version: '1.2.3', findLocal: () => Promise.resolve(null) });
  for (const command of [program, ...commandsOf(program)]) {
    command.configureOutput({ writeOut: (text) => (printed += text), writeErr: (text) => (printed += text) });
    if (isLeaf(command)) command.action(() => void called.push(pathOf(command)));
  }
  return { program, called, printed: () => printed };
}

function commandsOf(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => [one, ...commandsOf(one)]);
}

/** Whether it does something itself; `run` does, and has commands besides. */
function isLeaf(command: Command): boolean {
  return command.commands.length === 0 || command.registeredArguments.length > 0;
}

function pathOf(command: Command): string {
  return command.parent?.parent === null || command.parent === null
    ? command.name()
    : `${pathOf(command.parent)} ${command.name()}`;
}

const ALL = commandsOf(openProgram().program);
const LEAVES = ALL.filter(isLeaf).map(pathOf);
const GROUPS = ALL.filter((command) => !isLeaf(command)).map(pathOf);

async function parse(line: string): Promise<{ readonly called: readonly string[]; readonly printed: string }> {
  const words = Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
  const { program, called, printed } = openProgram();
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  return { called, printed: printed() };
}

describe('the command line', () => {
  it('has commands', () => {
    expect(LEAVES.length).toBeGreaterThan(40);
  });

  it.each(LEAVES)('%s --help has an example, which it takes', async (path) => {
    const { printed } = await parse(`${path} --help`);
    const examples = Array.from(printed.matchAll(/^ {2}trireme (.*)$/gm), ([, example = '']) => example);
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const taken = await parse(example.replace(/ [<>] .*/, ''));
      expect([taken.called, taken.printed]).toEqual([[path], '']);
    }
  });

  it.each(['', ...GROUPS])('%s --help has an example, which one of its commands takes', async (path) => {
    const { printed } = await parse(`${path} --help`);
    const [, example = ''] = /^ {2}trireme (.*)$/m.exec(printed) ?? [];
    const { called } = await parse(example);
    expect(called[0]).toMatch(new RegExp(`^${path}`));
  });

  it.each([
    ['schedul', 'Did you mean schedule?'],
    ['runs --taag x', 'Did you mean --tag?'],
    ['callback replai x', 'Did you mean replay?'],
    ['bulk start retri', 'Allowed: cancel, resume, retry, replay_callbacks.'],
    ['run get 1', 'A uid looks like'],
    ['runs --limit 0', '--limit takes a whole number from 1'],
  ])('says of %s what is meant', async (line, message) => {
    const { called, printed } = await parse(line);
    expect([called, printed]).toEqual([[], expect.stringContaining(message)]);
  });
});
