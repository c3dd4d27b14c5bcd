import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { systemRandom, systemClock } from '../../../shared/process/system.ts';
import { giveAllScopes } from '../../admin/give-all-scopes.ts';
import { issueKey } from '../../admin/issue-key.ts';
import { openStage } from '../../admin/stage-access.ts';
import type { StageAddress } from '../../admin/stage-access.ts';
import type { Runtime } from '../runtime.ts';
import { secretArn } from '../services/secret-arn.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION, LOCAL_WORKSPACE } from '../account.ts';

const StoredAccess = z.strictObject({ apiKey: z.string(), workspaceUid: z.string() });

/** What a caller needs for the first call. */
export interface Access {
  readonly apiKey: string;
  readonly workspaceUid: string;
  /** The newest. */
  readonly signingSecret: string;
  /** All that sign callbacks now. */
  readSigningSecrets(): Promise<readonly string[]>;
}

/** How the owner's commands reach a running runtime: with a key that may do everything. */
export function addressOf({ plan, gateway, admin }: Runtime): StageAddress & { readonly client: LocalClient } {
  const [table] = plan.tables;
  if (table === undefined) throw new Error('The template has no table');
  const arnOf = (part: string): string => {
    const secret = plan.secrets.find(({ id }) => id.includes(part));
    if (secret === undefined) throw new Error(`The template has no secret ${part}`);
    return secretArn(secret.name, LOCAL_REGION, LOCAL_ACCOUNT);
  };
  return {
    tableName: table.input.TableName,
    masterSecretArn: arnOf('Master'),
    credentialKeyArn: arnOf('CredentialKey'),
    client: { endpoint: gateway.url, region: LOCAL_REGION, credentials: { ...admin } },
  };
}

interface LocalClient {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Makes a workspace and a key of it at the first start over a data folder, and reads them at the next ones.
 */
export async function prepareAccess(
  runtime: Runtime,
  dataDir: string | null,
  workspaceName: string = LOCAL_WORKSPACE,
): Promise<Access> {
  const stage = openStage(addressOf(runtime));
  await stage.keepCursorKey();
  const path = dataDir === null ? null : join(dataDir, 'access.json');
  const stored =
    path !== null && existsSync(path) ? StoredAccess.parse(JSON.parse(readFileSync(path, 'utf8'))) : await issue();
  // Readable by its owner only: this is the key itself, of which the table has a digest.
  if (path !== null) writeFileSync(path, JSON.stringify(stored), { mode: 0o600 });
  await giveAllScopes({ keys: stage.keys, clock: systemClock }, stored); // for a folder of release 0.1.0
  const readSigningSecrets = async (): Promise<readonly string[]> =>
    (await stage.signingSecrets(stored.workspaceUid)).map(({ secret }) => secret.reveal());
  const [signingSecret = ''] = await readSigningSecrets();
  return { ...stored, signingSecret, readSigningSecrets };

  async function issue(): Promise<z.output<typeof StoredAccess>> {
    const ports = { workspaces: stage.workspaces, keys: stage.keys, random: systemRandom, clock: systemClock };
    const { apiKey, workspace } = await issueKey(ports, { workspaceName, label: 'npm start' });
    return { apiKey, workspaceUid: workspace.uid };
  }
}
