import { givenInstant } from '../../shared/api/fields.ts';
import { label } from '../../shared/api/workspace/schemas.ts';
import { digestApiKey, isWellFormedApiKey } from '../../shared/domain/api-key.ts';
import { type ApiKey, isValidKey, presentKeys } from '../../shared/domain/key-set.ts';
import { DEFAULT_SCOPES, isScope, type Scope, SCOPES } from '../../shared/domain/scopes.ts';
import { deleteKey } from '../../shared/engine/workspace/delete-key.ts';
import type { KeyPorts } from '../../shared/engine/workspace/key-ports.ts';
import { updateKey } from '../../shared/engine/workspace/update-key.ts';
import { systemClock, systemRandom } from '../../shared/process/system.ts';
import type { Workspace } from '../../shared/storage/workspace-store.ts';
import {
  type Command,
  type CommandValues,
  JSON_OPTION,
  UsageError,
  WORKSPACE_OPTION,
  workspaceNamed,
} from './command.ts';
import { issueKey } from './issue-key.ts';
import type { StageAccess } from './stage-access.ts';

const KEY_OPTION = {
  value: 'KEY',
  required: true,
  help: 'the whole key, its uid, or its beginning as shown by keys list',
} as const;
const LABEL_OPTION = { value: 'TEXT', help: 'a name by which you recognise the key, at most 80 characters' } as const;

export const KEY_COMMANDS: readonly Command[] = [
  {
    name: 'keys create',
    help: 'Creates a key, and the workspace if it does not exist. Prints the key, which is shown only once, and the signing secret.',
    options: {
      workspace: WORKSPACE_OPTION,
      label: LABEL_OPTION,
      scopes: {
        value: 'LIST',
        help: `of ${SCOPES.join(',')}; by default all for the first key of a workspace, else ${DEFAULT_SCOPES.join(',')}`,
      },
      'expires-at': { value: 'TIME', help: 'when the key stops working, such as 2030-12-31T00:00:00Z' },
      json: JSON_OPTION,
    },
    examples: [
      'keys create --workspace acme --label "billing service" --stage prod --region eu-west-1',
      'keys create --workspace acme --scopes read --expires-at 2030-12-31T00:00:00Z',
    ],
    run: create,
  },
  {
    name: 'keys list',
    help: 'Lists the keys of a workspace, or of all workspaces.',
    options: { workspace: { value: 'NAME', help: 'only of this workspace' }, json: JSON_OPTION },
    examples: ['keys list --workspace acme'],
    run: list,
  },
  {
    name: 'keys set',
    help: 'Changes the label or the scopes of a key. Scopes take effect within a minute.',
    options: {
      workspace: WORKSPACE_OPTION,
      key: KEY_OPTION,
      label: LABEL_OPTION,
      scopes: { value: 'LIST', help: `all scopes that it has from then on, of ${SCOPES.join(',')}` },
    },
    examples: ['keys set --workspace acme --key trk_ab12 --scopes read,run,manage,admin'],
    run: set,
  },
  {
    name: 'keys revoke',
    help: 'Revokes a key. It works for up to a minute more.',
    options: { workspace: WORKSPACE_OPTION, key: KEY_OPTION },
    examples: ['keys revoke --workspace acme --key trk_ab12'],
    run: revoke,
  },
];

async function create(stage: StageAccess, values: CommandValues): Promise<string> {
  const scopes = scopesOf(values.text('scopes'));
  const label = labelOf(values.text('label'));
  const expiresAt = endOf(values.text('expires-at'));
  const { apiKey, workspace, isNew, key } = await issueKey(
    { ...stage, random: systemRandom, clock: systemClock },
    {
      workspaceName: values.needed('workspace'),
      ...(scopes === undefined ? {} : { scopes }),
      ...(label === undefined ? {} : { label }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
  );
  const [signing] = await stage.signingSecrets(workspace.uid);
  const signingSecret = signing?.secret.reveal() ?? '';
  await stage.keepCursorKey();
  if (values.flag('json')) {
    const { uid: keyUid, scopes } = key;
    return JSON.stringify({
      apiKey,
      keyUid,
      workspaceUid: workspace.uid,
      isNewWorkspace: isNew,
      scopes,
      signingSecret,
    });
  }
  return [
    `API key         ${apiKey}   (shown this once)`,
    `key uid         ${key.uid}`,
    `scopes          ${key.scopes.join(', ')}`,
    ...(key.expiresAt === null ? [] : [`expires         ${isoOf(key.expiresAt)}`]),
    `workspace       ${workspace.name}  ${workspace.uid}${isNew ? '   (new)' : ''}`,
    `signing secret  ${signingSecret}`,
  ].join('\n');
}

async function list(stage: StageAccess, values: CommandValues): Promise<string> {
  const name = values.text('workspace');
  const { workspaces, keys: store } = stage;
  const chosen = name === undefined ? await workspaces.listWorkspaces() : [await workspaceNamed(workspaces, name)];
  const listed: { readonly workspace: Workspace; readonly keys: readonly ListedKey[] }[] = [];
  for (const workspace of chosen) {
    const used = await store.readLastUse(workspace.uid);
    const { keys } = await store.readKeys(workspace.uid);
    listed.push({ workspace, keys: keys.map((key) => ({ ...key, lastUsedAt: used.get(key.uid) ?? null })) });
  }
  if (values.flag('json')) {
    return JSON.stringify(listed.flatMap(({ workspace, keys }) => keys.map((key) => jsonOf(workspace, key))));
  }
  if (listed.length === 0) return 'There are no workspaces; keys create --workspace NAME makes one.';
  return listed.flatMap(({ workspace, keys }) => linesOf(workspace, keys)).join('\n');
}

/** `lastUsedAt`: the beginning of the day of its last use. */
type ListedKey = ApiKey & { readonly lastUsedAt: number | null };

function jsonOf({ name: workspace }: Workspace, key: ListedKey) {
  const { uid, label, hint, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = key;
  return { uid, workspace, label, hint, scopes, createdAt, expiresAt, revokedAt, lastUsedAt };
}

function linesOf({ name }: Workspace, keys: readonly ListedKey[]): readonly string[] {
  if (keys.length === 0) return [`${name}  no keys`];
  const lines = keys.map((key) => `${name}  ${describe(key)}`);
  const now = systemClock.now();
  if (keys.some((key) => key.scopes.includes('admin') && isValidKey(key, now))) return lines;
  return [...lines, `${name}  has no key with the scope admin; keys set --scopes gives it to one`];
}

function describe({ uid, label, hint, scopes, createdAt, expiresAt, revokedAt, lastUsedAt }: ListedKey): string {
  return [
    `${hint}…`,
    uid,
    scopes.join(','),
    ...(label === `${hint}…` ? [] : [JSON.stringify(label)]),
    `created ${isoOf(createdAt)}`,
    lastUsedAt === null ? 'never used' : `last used ${isoOf(lastUsedAt).slice(0, 10)}`,
    ...(expiresAt === null ? [] : [`expires ${isoOf(expiresAt)}`]),
    ...(revokedAt === null ? [] : [`revoked ${isoOf(revokedAt)}`]),
  ].join('  ');
}

async function set(stage: StageAccess, values: CommandValues): Promise<string> {
  const scopes = scopesOf(values.text('scopes'));
  const label = labelOf(values.text('label'));
  if (scopes === undefined && label === undefined) throw new UsageError('give --label, --scopes or both');
  const { workspace, key } = await keyOf(stage, values);
  const change = { ...(scopes === undefined ? {} : { scopes }), ...(label === undefined ? {} : { label }) };
  const changed = await updateKey(portsOf(stage), workspace.uid, key.uid, change);
  if (changed === null) throw new UsageError(`the key ${key.hint}… was just revoked`);
  return describe({ ...changed, lastUsedAt: (await stage.keys.readLastUse(workspace.uid)).get(key.uid) ?? null });
}

async function revoke(stage: StageAccess, values: CommandValues): Promise<string> {
  const { workspace, key } = await keyOf(stage, values);
  const deleted = await deleteKey(portsOf(stage), workspace.uid, key.uid, { lastAdminToo: true });
  const lines = [`Revoked ${key.hint}…; it works for up to a minute more.`];
  if (deleted?.wasLastAdmin === true) {
    lines.push(`${workspace.name} has no key with the scope admin left; keys create --scopes or keys set gives one.`);
  }
  return lines.join('\n');
}

function portsOf({ keys }: StageAccess): KeyPorts {
  return { keys, now: () => systemClock.now() };
}

/** The one key that is meant. Throws UsageError where there is none, or several begin like that. */
async function keyOf(
  stage: StageAccess,
  values: CommandValues,
): Promise<{ readonly workspace: Workspace; readonly key: ApiKey }> {
  const given = values.needed('key').replace(/…$/, '');
  const workspace = await workspaceNamed(stage.workspaces, values.needed('workspace'));
  const { keys } = await stage.keys.readKeys(workspace.uid);
  const isMeant = isWellFormedApiKey(given)
    ? ({ digest }: ApiKey): boolean => digest === digestApiKey(given)
    : ({ uid, hint }: ApiKey): boolean => uid === given.toLowerCase() || hint === given;
  const [key, ...others] = presentKeys(keys).filter(isMeant);
  if (key === undefined) {
    throw new UsageError(
      `workspace ${workspace.name} has no key ${given}; give a whole key, its uid, or its beginning exactly as keys list shows it`,
    );
  }
  if (others.length > 0) throw new UsageError(`${others.length + 1} keys begin with ${given}; give the uid`);
  return { workspace, key };
}

function scopesOf(text: string | undefined): readonly Scope[] | undefined {
  if (text === undefined) return undefined;
  const wanted = text.split(',').map((scope) => scope.trim());
  const unknown = wanted.filter((scope) => !isScope(scope));
  if (unknown.length === 0) return SCOPES.filter((scope) => wanted.includes(scope));
  throw new UsageError(`--scopes: unknown ${unknown.join(', ')}; allowed: ${SCOPES.join(', ')}, separated by commas`);
}

function labelOf(text: string | undefined): string | undefined {
  if (text === undefined || label.safeParse(text).success) return text;
  throw new UsageError('--label: 1 to 80 characters, in one line');
}

function endOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = givenInstant.safeParse(text);
  if (!parsed.success) {
    throw new UsageError(
      `--expires-at is ${text}; allowed: a date and time with an offset, such as 2030-12-31T00:00:00Z`,
    );
  }
  const at = Date.parse(parsed.data);
  if (at <= systemClock.now()) throw new UsageError(`--expires-at is ${text}; it must be in the future`);
  return at;
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
