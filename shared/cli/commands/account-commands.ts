import type { Command } from 'commander';
import { askSecret, askText } from '../ask.ts';
import { usageError } from '../command-failed.ts';
import { define } from '../define.ts';
import { isHere } from '../patient-fetch.ts';
import { profilesPath, readProfiles, writeProfiles } from '../profiles.ts';
import { type GlobalOptions, type OpenSession, openTrireme, printerOf } from '../session.ts';

const DEFAULT_NAME = 'default';

/** Who calls, and which deployment. */
export function addAccountCommands(program: Command, open: OpenSession): void {
  define(program, 'login', 'Keeps the URL of a deployment and a key of it, and checks both.', [
    'login --url https://api.example.com',
    'login --url https://api.example.com --profile prod < key.txt',
  ])
    .option('--url <url>', 'the URL of the deployment; asked for where it is absent')
    .action(login);

  define(program, 'whoami', 'Shows the workspace and the key that are used, and the limits in force.', [
    'whoami',
    'whoami --profile prod --json',
  ]).action(async (_: object, command: Command) => {
    const { trireme, profile, print } = await open(command);
    const me = await trireme.me();
    if (!print.isHuman) return print.record({ ...me, url: profile.url });
    const { workspace, key, limits, usage_today: today, version, stage } = me;
    print.record({
      url: profile.url,
      stage: `${stage}, release ${version}`,
      workspace: `${workspace.name} (${workspace.uid})`,
      key: `${key.label} (${key.uid})`,
      scopes: key.scopes.join(', '),
      expires: key.expires_at,
      limits,
      today,
    });
  });

  const profiles = define(program, 'profiles', 'The logins that are kept.', ['profiles use prod']);
  define(profiles, 'list', 'Lists the logins that are kept; * marks the current one.', ['profiles'], {
    isDefault: true,
  }).action(async (_: object, command: Command) => {
    const kept = await readProfiles(profilesPath(process.env));
    const rows = Object.entries(kept.profiles).map(([name, { url }]) => ({
      name,
      url,
      current: name === kept.current,
    }));
    printerOf(command).rows(rows, [
      ['', ({ current }) => (current ? '*' : '')],
      ['PROFILE', ({ name }) => name],
      ['URL', ({ url }) => url],
    ]);
  });
  define(profiles, 'use <name>', 'Makes a login the current one.', ['profiles use prod']).action(
    async (name: string, _: object, command: Command) => {
      const path = profilesPath(process.env);
      const kept = await readProfiles(path);
      checkKept(kept.profiles, name);
      await writeProfiles(path, { ...kept, current: name });
      printerOf(command).note(`${name} is used from now on.`);
    },
  );
  define(profiles, 'remove <name>', 'Forgets a login. Its key stays valid.', ['profiles remove prod']).action(
    async (name: string, _: object, command: Command) => {
      const path = profilesPath(process.env);
      const kept = await readProfiles(path);
      checkKept(kept.profiles, name);
      const { [name]: removed, ...profiles } = kept.profiles;
      await writeProfiles(path, { current: kept.current === name ? null : kept.current, profiles });
      printerOf(command).note(`The key of ${removed?.url} is forgotten here. keys delete makes it invalid everywhere.`);
    },
  );
}

async function login(options: { readonly url?: string }, command: Command): Promise<void> {
  const given = options.url ?? (await askText('URL of the deployment', 'https://…', '--url'));
  const url = checkedUrl(given);
  const apiKey = process.env['TRIREME_API_KEY'] ?? (await askSecret('API key'));
  const me = await openTrireme({ url, apiKey }).me();
  const name = command.optsWithGlobals<GlobalOptions>().profile ?? DEFAULT_NAME;
  const path = profilesPath(process.env);
  const { profiles } = await readProfiles(path);
  await writeProfiles(path, { current: name, profiles: { ...profiles, [name]: { url, apiKey } } });
  const print = printerOf(command);
  print.note(`Logged in to ${url} as ${me.workspace.name}, with the key ${me.key.label}. Kept in ${path}.`);
}

/** Throws CommandFailed for a URL to which a key must not go. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw usageError(`${text} is no URL; a deployment's begins with https://`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere(url.hostname))) return text.replace(/\/+$/, '');
  throw usageError(`${text}: the key would go over the network unencrypted; use https://`);
}

function checkKept(profiles: Readonly<Record<string, unknown>>, name: string): void {
  if (Object.hasOwn(profiles, name)) return;
  throw usageError(`There is no profile ${name}; there are: ${Object.keys(profiles).join(', ') || 'none'}.`);
}
