import { parseArgs } from 'node:util';
import type { StoredKey, Workspace } from '../../shared/storage/workspace-store.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import { SCOPES } from '../../shared/api/route.ts';
import { digestApiKey, isWellFormedApiKey, keyUidOf } from '../../shared/domain/api-key.ts';
import { LOCAL_WORKSPACE } from '../local/account.ts';
import { issueKey, parseScopes } from './issue-key.ts';
import { runCommand, STAGE_HELP, STAGE_OPTIONS, UsageError, workspaceNamed } from './run-command.ts';
import type { StageAccess } from './stage-access.ts';

const HELP = `Manage API keys.

  npm run keys -- create --workspace NAME [--scopes ${SCOPES.join(',')}] [--json]
      Creates a key, and the workspace if it does not exist. Prints the key, which is shown only once, and the
      signing secret of the workspace.
  npm run keys -- list [--workspace NAME] [--json]
      Lists the keys of a workspace, or of all workspaces.
  npm run keys -- revoke --workspace NAME --key KEY
      Revokes a key. KEY is the whole key, or its beginning as shown by list. The key works for up to a minute more.

A system started with npm start has one workspace at first, called ${LOCAL_WORKSPACE}.

${STAGE_HELP}`;

const options = {
  ...STAGE_OPTIONS,
  workspace: { type: 'string' },
  scopes: { type: 'string', default: SCOPES.join(',') },
  key: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

await runCommand(HELP, () => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [verb, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`give one command, not ${positionals.length}: ${positionals.join(' ')}`);
  return {
    ...values,
    act: async (stage) => {
      if (verb === 'create') return create(stage, given(values.workspace), values.scopes, values.json);
      if (verb === 'list') return list(stage, values.workspace, values.json);
      if (verb === 'revoke') return revoke(stage, given(values.workspace), values.key);
      throw new UsageError(`unknown command ${verb ?? '(none)'}; allowed: create, list, revoke`);
    },
  };
});

function given(workspaceName: string | undefined): string {
  if (workspaceName !== undefined && workspaceName.trim() !== '') return workspaceName;
  throw new UsageError('--workspace NAME is required');
}

async function create(stage: StageAccess, workspaceName: string, scopes: string, json: boolean): Promise<string> {
  const wanted = { workspaceName, scopes: parseScopes(scopes) };
  const ports = { workspaces: stage.workspaces, random: systemRandom, clock: systemClock };
  const { apiKey, workspace } = await issueKey(ports, wanted);
  const signingSecret = await stage.signingSecret(workspace.uid);
  await stage.keepCursorKey();
  if (json) return JSON.stringify({ apiKey, workspaceUid: workspace.uid, scopes: wanted.scopes, signingSecret });
  return [
    `API key         ${apiKey}   (shown this once)`,
    `scopes          ${wanted.scopes.join(', ')}`,
    `workspace       ${workspace.name}  ${workspace.uid}`,
    `signing secret  ${signingSecret}`,
  ].join('\n');
}

async function list({ workspaces }: StageAccess, name: string | undefined, json: boolean): Promise<string> {
  const chosen = name === undefined ? await workspaces.listWorkspaces() : [await workspaceNamed(workspaces, name)];
  const listed: { readonly workspace: Workspace; readonly keys: readonly StoredKey[] }[] = [];
  for (const workspace of chosen) listed.push({ workspace, keys: await workspaces.listKeys(workspace.uid) });
  if (json) return JSON.stringify(listed.flatMap(({ workspace, keys }) => keys.map((key) => jsonOf(workspace, key))));
  if (listed.length === 0) return 'There are no workspaces; npm run keys -- create --workspace NAME makes one.';
  return listed
    .flatMap(({ workspace, keys }) =>
      keys.length === 0 ? [`${workspace.name}  no keys`] : keys.map((key) => `${workspace.name}  ${describe(key)}`),
    )
    .join('\n');
}

function jsonOf({ name }: Workspace, { digest, hint, scopes, createdAt, revokedAt }: StoredKey) {
  return { uid: keyUidOf(digest), workspace: name, hint, scopes, createdAt, revokedAt };
}

function describe({ digest, hint, scopes, createdAt, revokedAt }: StoredKey): string {
  const revoked = revokedAt === null ? '' : `  revoked ${new Date(revokedAt).toISOString()}`;
  return `${hint}…  ${keyUidOf(digest)}  ${scopes.join(',')}  created ${new Date(createdAt).toISOString()}${revoked}`;
}

async function revoke({ workspaces }: StageAccess, name: string, given: string | undefined): Promise<string> {
  if (given === undefined)
    throw new UsageError('--key KEY is required: the whole key, or its beginning as shown by list');
  const keys = await workspaces.listKeys((await workspaceNamed(workspaces, name)).uid);
  const matches = isWellFormedApiKey(given)
    ? keys.filter(({ digest }) => digest === digestApiKey(given))
    : keys.filter(({ hint, revokedAt }) => revokedAt === null && hint === given.replace(/…$/, ''));
  const [key] = matches;
  if (key === undefined)
    throw new UsageError(
      `workspace ${name} has no key ${given}; give a whole key, or the beginning of one exactly as list shows it`,
    );
  if (matches.length > 1) throw new UsageError(`${matches.length} keys begin with this; give the whole key`);
  await workspaces.revokeKey(key, systemClock.now());
  return `Revoked ${key.hint}…; it works for up to a minute more.`;
}
