import { parseArgs } from 'node:util';
import type { Workspace } from '../../shared/storage/workspace-store.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import { digestApiKey, isWellFormedApiKey } from '../../shared/domain/api-key.ts';
import { type ApiKey, presentKeys } from '../../shared/domain/key-set.ts';
import { SCOPES } from '../../shared/domain/scopes.ts';
import { deleteKey } from '../../shared/engine/keys/delete-key.ts';
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
  scopes: { type: 'string' },
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

async function create(
  stage: StageAccess,
  workspaceName: string,
  scopes: string | undefined,
  json: boolean,
): Promise<string> {
  const wanted = { workspaceName, ...(scopes === undefined ? {} : { scopes: parseScopes(scopes) }) };
  const ports = { workspaces: stage.workspaces, keys: stage.keys, random: systemRandom, clock: systemClock };
  const { apiKey, workspace, key } = await issueKey(ports, wanted);
  const signingSecret = await stage.signingSecret(workspace.uid);
  await stage.keepCursorKey();
  if (json) return JSON.stringify({ apiKey, workspaceUid: workspace.uid, scopes: key.scopes, signingSecret });
  return [
    `API key         ${apiKey}   (shown this once)`,
    `scopes          ${key.scopes.join(', ')}`,
    `workspace       ${workspace.name}  ${workspace.uid}`,
    `signing secret  ${signingSecret}`,
  ].join('\n');
}

async function list(
  { workspaces, keys: store }: StageAccess,
  name: string | undefined,
  json: boolean,
): Promise<string> {
  const chosen = name === undefined ? await workspaces.listWorkspaces() : [await workspaceNamed(workspaces, name)];
  const listed: { readonly workspace: Workspace; readonly keys: readonly ApiKey[] }[] = [];
  for (const workspace of chosen) listed.push({ workspace, keys: (await store.readKeys(workspace.uid)).keys });
  if (json) return JSON.stringify(listed.flatMap(({ workspace, keys }) => keys.map((key) => jsonOf(workspace, key))));
  if (listed.length === 0) return 'There are no workspaces; npm run keys -- create --workspace NAME makes one.';
  return listed
    .flatMap(({ workspace, keys }) =>
      keys.length === 0 ? [`${workspace.name}  no keys`] : keys.map((key) => `${workspace.name}  ${describe(key)}`),
    )
    .join('\n');
}

function jsonOf({ name }: Workspace, { uid, hint, scopes, createdAt, revokedAt }: ApiKey) {
  return { uid, workspace: name, hint, scopes, createdAt, revokedAt };
}

function describe({ uid, hint, scopes, createdAt, revokedAt }: ApiKey): string {
  const revoked = revokedAt === null ? '' : `  revoked ${new Date(revokedAt).toISOString()}`;
  return `${hint}…  ${uid}  ${scopes.join(',')}  created ${new Date(createdAt).toISOString()}${revoked}`;
}

async function revoke(
  { workspaces, keys: store }: StageAccess,
  name: string,
  given: string | undefined,
): Promise<string> {
  if (given === undefined)
    throw new UsageError('--key KEY is required: the whole key, or its beginning as shown by list');
  const { uid } = await workspaceNamed(workspaces, name);
  const { keys } = await store.readKeys(uid);
  const matches = isWellFormedApiKey(given)
    ? keys.filter(({ digest }) => digest === digestApiKey(given))
    : presentKeys(keys).filter(({ hint }) => hint === given.replace(/…$/, ''));
  const [key] = matches;
  if (key === undefined)
    throw new UsageError(
      `workspace ${name} has no key ${given}; give a whole key, or the beginning of one exactly as list shows it`,
    );
  if (matches.length > 1) throw new UsageError(`${matches.length} keys begin with this; give the whole key`);
  await deleteKey({ keys: store, now: () => systemClock.now() }, uid, key.uid, { lastAdminToo: true });
  return `Revoked ${key.hint}…; it works for up to a minute more.`;
}
