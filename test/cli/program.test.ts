import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CommandFailed } from '../../shared/cli/command-failed.ts';
import { DOCUMENTS, shellLines } from '../guards/readme-text.ts';
import { refuseRepeats } from '../../shared/cli/define.ts';
import { createProgram, runCommandLine } from '../../shared/cli/run-command-line.ts';

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
  refuseRepeats(program);
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

/** The command lines of all READMEs, without what runs them. */
const WRITTEN = DOCUMENTS.flatMap(shellLines).flatMap((line) => {
  const [, words = ''] =
    /^(?:npm exec --no|npm run trireme) -- (?:trireme )?(?!owner)(.+?)(?: +#.*| > .*)?$/.exec(line) ?? [];
  return words === '' ? [] : [words];
});

const UID = '04b480fa-0534-88e9-b770-f9db391ce272';

async function parse(line: string): Promise<{ readonly called: readonly string[]; readonly printed: string }> {
  const words = Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
  const { program, called, printed } = openProgram();
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  return { called, printed: printed() };
}

describe('a command that fails', () => {
  it.each([
    [new InvalidArgumentError('A uid is meant.'), 2, 'A uid is meant.\n'],
    [new CommandFailed(130, ''), 130, 'CommandFailed\n'],
    [new AggregateError([]), 1, 'AggregateError\n'],
    ['', 1, 'It failed, and nothing says why.\n'],
  ])('of %o is never silent', async (error, exitCode, line) => {
    const findLocal = async (): Promise<null> => {
      throw error;
    };
    const program = createProgram({ program: PROGRAM, version: '1.2.3', findLocal });
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('XDG_CONFIG_HOME', '/none');
    onTestFinished(() => void vi.unstubAllEnvs());
    onTestFinished(() => written.mockRestore());
    expect(await runCommandLine(program, ['whoami'])).toBe(exitCode);
    expect(written.mock.calls.map(([text]) => text)).toEqual([line]);
  });
});

describe('the command line', () => {
  it('has commands', () => {
    expect(LEAVES.length).toBeGreaterThan(40);
    expect(WRITTEN.length).toBeGreaterThan(5);
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

  it.each(WRITTEN)('takes what a README shows: %s', async (line) => {
    const { called, printed } = await parse(line);
    expect(called.length === 1 || line === '--help', printed).toBe(true);
  });

  it.each(['', ...GROUPS])('%s --help has an example, which one of its commands takes', async (path) => {
    const { printed } = await parse(`${path} --help`);
    const [, example = ''] = /^ {2}trireme (.*)$/m.exec(printed) ?? [];
    const { called } = await parse(example);
    expect(called[0]).toMatch(new RegExp(`^${path}`));
  });

  it('offers what belongs to a run with run alone, and global options everywhere', async () => {
    const { printed } = await parse('run get --help');
    expect(printed).toContain('--json');
    expect(printed).not.toContain('--wait');
    expect((await parse('schedule preview --help')).printed).not.toContain('--zone');
    expect((await parse('run search-cities country=LU --wait --json')).called).toEqual(['run']);
    expect((await parse(`run get ${UID} --json`)).called).toEqual(['run get']);
  });

  it.each([
    ['schedul', 'Did you mean schedule?'],
    ['runs --taag x', 'Did you mean --tag?'],
    ['callback replai x', 'Did you mean replay?'],
    ['bulk start retri', 'Allowed: cancel, resume, retry, replay_callbacks.'],
    ['run get 1', 'A uid looks like'],
    ['callbacks nonsense --failed', 'A uid looks like'],
    [`run get ${UID} --wait`, "unknown option '--wait'"],
    ['runs --limit 0', '--limit takes a whole number from 1'],
    ['runs --limit 1 --limit 2', '--limit is given twice'],
    ['--profile a whoami --profile b', '--profile is given twice'],
    [`run wait ${UID} --out a.csv --out b.csv`, '--out is given twice'],
    ['run search-cities --callback-on all --callback-on final', '--callback-on is given twice'],
  ])('says of %s what is meant', async (line, message) => {
    const { called, printed } = await parse(line);
    expect([called, printed]).toEqual([[], expect.stringContaining(message)]);
  });
});
