import { describe, expect, it } from 'vitest';
import { UsageError } from '../../infra/admin/command.ts';
import { helpOf } from '../../infra/admin/command-help.ts';
import { readCommandLine } from '../../infra/admin/command-line.ts';
import { COMMANDS } from '../../infra/admin/commands.ts';
import { findAddress } from '../../infra/admin/find-address.ts';

/** A command line as a shell would split it. */
const read = (line: string) => {
  const words = line.matchAll(/"([^"]*)"|(\S+)/g);
  return readCommandLine(
    Array.from(words, ([, quoted, plain]) => quoted ?? plain ?? ''),
    COMMANDS,
  );
};

/** The text of a command line that asks for help. */
function help(line: string): string {
  const asked = read(line);
  if (asked.kind !== 'help') throw new Error(`${line} asks for no help`);
  return helpOf(asked.commands);
}

describe('the owner’s command line', () => {
  it.each([
    ['--wrong', 'begin with a command: keys create, keys list'],
    ['keys', 'unknown command keys; allowed: keys create, keys list, keys set, keys revoke'],
    ['key list', 'unknown command key list; allowed: keys create, '],
    ['keys lists', 'unknown command keys lists; allowed: keys create, keys list, keys set, keys revoke'],
    ['keys list acme', 'keys list takes options only, not acme'],
    ['keys list --json acme', 'keys list takes options only, not acme'],
    [
      'keys list --wrong',
      'unknown option --wrong; keys list takes --workspace, --json, --stage, --region, --data-dir, --help',
    ],
    ['keys list -w acme', 'unknown option -w; keys list takes'],
    ['keys list --toString', 'unknown option --toString'],
    ['keys list --workspace', '--workspace takes a value: --workspace NAME'],
    ['keys list --workspace --json', '--workspace takes a value: --workspace NAME'],
    ['keys list --workspace ""', '--workspace takes a value: --workspace NAME'],
    ['keys list --json=yes', '--json takes no value'],
    ['keys list --json --json', '--json is given twice'],
    ['keys list -- --json', '-- is not allowed here'],
    ['keys revoke --workspace acme', '--key KEY is required'],
    ['secrets rotate', '--workspace NAME is required'],
  ])('refuses %s in one line', (line, message) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(message);
  });

  it.each([
    ['--stage pord', 'unknown stage pord; infra/settings.ts has local, dev, prod'],
    ['--stage prod --region europe', '--region is europe; a region looks like eu-west-1'],
    ['--region eu-west-1', '--region is allowed only with --stage'],
    ['--stage prod --data-dir x', '--data-dir is of the local system; it is not allowed with --stage'],
  ])('refuses keys list %s in one line', async (options, message) => {
    const line = read(`keys list ${options}`);
    if (line.kind !== 'run') throw new Error('it asks for help');
    await expect(findAddress(line.values)).rejects.toThrow(message);
    await expect(findAddress(line.values)).rejects.toThrow(UsageError);
  });

  it('gives a command what was given for its options', () => {
    const line = read('keys create --workspace acme --label "two words" --json');
    if (line.kind !== 'run') throw new Error('it asks for help');
    const { command, values } = line;
    expect([command.name, values.needed('workspace'), values.text('label')]).toEqual([
      'keys create',
      'acme',
      'two words',
    ]);
    expect([values.text('scopes'), values.flag('json'), values.flag('help')]).toEqual([undefined, true, false]);
  });

  it('lists all commands, those of a word, or one with its options', () => {
    for (const { name } of COMMANDS) {
      expect(help('')).toContain(`npm run trireme -- ${name}`);
      expect(help(`${name} --help`)).toContain('Examples:');
    }
    expect(help('keys --help')).not.toContain('workspaces list');
    expect(help('keys revoke --workspace acme --help')).toContain('--key KEY');
  });

  it('has examples that it takes', () => {
    for (const example of COMMANDS.flatMap(({ examples }) => examples)) {
      expect(read(example)).toMatchObject({ kind: 'run', command: { name: example.split(' ').slice(0, 2).join(' ') } });
    }
  });
});
