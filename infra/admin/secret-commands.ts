import {
  type Command,
  type CommandValues,
  JSON_OPTION,
  UsageError,
  WORKSPACE_OPTION,
  workspaceNamed,
} from './command.ts';
import type { StageAccess } from './stage-access.ts';

const HOUR_MS = 3_600_000;
const MAX_OVERLAP_HOURS = 168;
const DEFAULT_OVERLAP_HOURS = 24;

export const SECRET_COMMANDS: readonly Command[] = [
  {
    name: 'secrets show',
    help: 'Shows the secrets that sign the callbacks of a workspace, newest first.',
    options: { workspace: WORKSPACE_OPTION, json: JSON_OPTION },
    examples: ['secrets show --workspace acme'],
    run: show,
  },
  {
    name: 'secrets rotate',
    help: 'Gives a workspace a new signing secret. Until the overlap ends callbacks carry the signatures of the old ones too.',
    options: {
      workspace: WORKSPACE_OPTION,
      'overlap-hours': {
        value: 'N',
        help: `for how long the old ones sign beside it, 0 to ${MAX_OVERLAP_HOURS} (default ${DEFAULT_OVERLAP_HOURS})`,
      },
      json: JSON_OPTION,
    },
    examples: ['secrets rotate --workspace acme --overlap-hours 72'],
    run: rotate,
  },
  {
    name: 'secrets rotate-master',
    help: 'Adds a new master secret. New things are derived from it; what was derived or sealed before stays as it is, and callers notice nothing.',
    options: {},
    examples: ['secrets rotate-master --stage prod --region eu-west-1'],
    run: rotateMaster,
  },
  {
    name: 'secrets rotate-credential-key',
    help: 'Adds a new key that seals the secrets which workspaces set for themselves. Those set before stay sealed with the older keys until they are set again.',
    options: {},
    examples: ['secrets rotate-credential-key --stage prod --region eu-west-1'],
    run: rotateCredentialKey,
  },
];

async function show(stage: StageAccess, values: CommandValues): Promise<string> {
  const workspace = await workspaceNamed(stage.workspaces, values.needed('workspace'));
  const secrets = (await stage.signingSecrets(workspace.uid)).map(({ secret, root, createdAt, expiresAt }) => ({
    secret: secret.reveal(),
    master: root,
    createdAt: isoOf(createdAt ?? workspace.createdAt),
    expiresAt: expiresAt === null ? null : isoOf(expiresAt),
  }));
  if (values.flag('json')) return JSON.stringify(secrets);
  return secrets
    .map(({ secret, master, createdAt, expiresAt }) => {
      const end = expiresAt === null ? '' : `  signs until ${expiresAt}`;
      return `${secret}  created ${createdAt}  from master secret ${master}${end}`;
    })
    .join('\n');
}

async function rotate(stage: StageAccess, values: CommandValues): Promise<string> {
  const text = values.text('overlap-hours') ?? String(DEFAULT_OVERLAP_HOURS);
  const hours = Number(text);
  if (!/^\d{1,3}$/.test(text) || hours > MAX_OVERLAP_HOURS) {
    throw new UsageError(`--overlap-hours is ${text}; allowed: 0 to ${MAX_OVERLAP_HOURS}`);
  }
  const { uid } = await workspaceNamed(stage.workspaces, values.needed('workspace'));
  await stage.rotateSigningSecret(uid, hours * HOUR_MS);
  return show(stage, values);
}

async function rotateMaster(stage: StageAccess): Promise<string> {
  const version = await stage.rotateMasterSecret();
  return [
    `The stage derives new things from master secret ${version}, within ten minutes in every process.`,
    'Signing secrets stay as they are until each workspace rotates its own: secrets rotate --workspace NAME, or POST /v1/signing-secret/rotate.',
  ].join('\n');
}

async function rotateCredentialKey(stage: StageAccess): Promise<string> {
  const version = await stage.rotateCredentialKey();
  return [
    `The stage seals the secrets that workspaces set with key ${version}, within ten minutes in every process.`,
    'Those set before can be read as they were. Each is sealed with the new key when its workspace sets it again.',
  ].join('\n');
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
