import { Command as Commander } from 'commander';
import { describe, expect, it } from 'vitest';
import { type CommandValues, UsageError } from '../../infra/admin/command.ts';
import { COMMANDS } from '../../infra/admin/commands.ts';
import { findAddress } from '../../infra/admin/find-address.ts';
import { addOwnerCommands } from '../../infra/admin/owner-commands.ts';

interface Called {
  readonly name: string;
  readonly values: CommandValues;
}

/** What a command line, as a shell would split it, calls. Rejects with what is wrong with it. */
async function read(line: string): Promise<{ readonly called: Called | null; readonly printed: string }> {
  const words = Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
  let called: Called | null = null;
  let printed = '';
  const program = new Commander('npm run trireme -- owner').exitOverride().configureOutput({
    writeOut: (text) => (printed += text),
    writeErr: () => undefined,
  });
  addOwnerCommands(program, ({ name }, values) => {
    called = { name, values };
    return Promise.resolve();
  });
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (printed === '') throw error;
  });
  return { called, printed };
}

async function valuesOf(line: string): Promise<CommandValues> {
  const { called } = await read(line);
  if (called === null) throw new Error(`${line} calls nothing`);
  return called.values;
}

describe('the owner’s command line', () => {
  it.each([
    ['--wrong', "unknown option '--wrong'"],
    ['key list', "unknown command 'key'\n(Did you mean keys?)"],
    ['keys lists', "unknown command 'lists'\n(Did you mean list?)"],
    ['keys list acme', 'too many arguments'],
    ['keys list --wrong', "unknown option '--wrong'"],
    ['keys list -w acme', "unknown option '-w'"],
    ['keys list --workspace', "option '--workspace <NAME>' argument missing"],
    ['keys list --workspace --json', '--workspace takes a value: --workspace NAME'],
    ['keys list --workspace ""', '--workspace takes a value: --workspace NAME'],
    ['keys list --workspace a --workspace b', '--workspace is given twice'],
    ['keys revoke --workspace acme', "required option '--key <KEY>' not specified"],
    ['secrets rotate', "required option '--workspace <NAME>' not specified"],
  ])('refuses %s', async (line, message) => {
    await expect(read(line)).rejects.toThrow(message);
  });

  it.each([
    ['--stage pord', 'unknown stage pord; infra/settings.ts has local, dev, small, prod'],
    ['--stage prod --region europe', '--region is europe; a region looks like eu-west-1'],
    ['--region eu-west-1', '--region is allowed only with --stage'],
    ['--stage prod --data-dir x', '--data-dir is of the local system; it is not allowed with --stage'],
  ])('refuses keys list %s in one line', async (options, message) => {
    const found = findAddress(await valuesOf(`keys list ${options}`)).catch((error: unknown) => error);
    expect(await found).toBeInstanceOf(UsageError);
    expect(await found).toMatchObject({ message });
  });

  it('gives a command what was given for its options', async () => {
    const values = await valuesOf('keys create --workspace acme --label "two words" --json --expires-at 2030-12-31');
    expect([values.needed('workspace'), values.text('label'), values.text('expires-at')]).toEqual([
      'acme',
      'two words',
      '2030-12-31',
    ]);
    expect([values.text('scopes'), values.flag('json')]).toEqual([undefined, true]);
  });

  it('tells of a group which options its commands take', async () => {
    const { printed } = await read('keys --help');
    for (const option of ['stage', 'region', 'data-dir']) expect(printed).toContain(`--${option}`);
    expect(printed).toContain('npm run trireme -- owner keys create');
  });

  it('tells of each command its options and an example, which it takes', async () => {
    for (const command of COMMANDS) {
      const { name, examples, options } = command;
      const { printed } = await read(`${name} --help`);
      expect(printed).toContain(`npm run trireme -- owner ${name}`);
      const all = [...Object.keys(options), 'stage', 'region', ...('run' in command ? ['data-dir'] : [])];
      for (const option of all) expect(printed).toContain(`--${option}`);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect((await read(example.replace(/ > .*/, ''))).called).toMatchObject({ name });
    }
  });
});
