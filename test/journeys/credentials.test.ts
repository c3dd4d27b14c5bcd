import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../infra/local/account.ts';
import { secretArn } from '../../infra/local/services/secret-arn.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { FUNCTION_NAMES } from '../../shared/functions.ts';
import { systemClock, systemRandom } from '../../shared/process/system.ts';
import { keys as tableKeys } from '../../shared/storage/keys.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { createProjectWithAction } from '../support/project-with-action.ts';
import { startUpstream, type Upstream } from '../support/start-upstream.ts';

const OF_STAGE = 'of-the-stage-0123456789';
const OWN = 'of-the-workspace-0123456789';
const project = createProjectWithAction({
  file: 'leaky.ts',
  name: 'leaky',
  source: `export { leaky } from '../../test/support/leaky-action.ts';\n`,
});

let system: LocalTestSystem;
let upstream: Upstream;
beforeAll(async () => {
  system = await startLocalSystem(
    {
      readSecret: ({ id }) =>
        id.includes('ActionSecrets') ? () => JSON.stringify({ LEAKY_TOKEN: OF_STAGE }) : undefined,
    },
    project.root,
  );
  upstream = await startUpstream(({ headers }) => ({ body: { sent: headers['authorization'] } }));
});
afterAll(async () => {
  await system.close();
  await upstream[Symbol.asyncDispose]();
  project.remove();
});

/** A client with a key of a workspace of that name. */
async function clientOf(workspaceName: string, scopes: readonly Scope[] | null = null) {
  const { workspaces, keys } = openStage(addressOf(system.runtime));
  const ports = { workspaces, keys, random: systemRandom, clock: systemClock };
  const issued = await issueKey(ports, { workspaceName, ...(scopes === null ? {} : { scopes }) });
  return { api: openApiClient(system.url, issued.apiKey), workspaceUid: issued.workspace.uid };
}

/** The item of a workspace's own values, as the table has it. */
async function storedCredentials(workspaceUid: string) {
  const { tableName, client } = addressOf(system.runtime);
  const { pk, sk } = tableKeys.credentials(workspaceUid);
  const get = new GetItemCommand({ TableName: tableName, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true });
  return (await new DynamoDBClient(client).send(get)).Item;
}

/** What an action gets as its secret, as its upstream sees it, and what its caller is told. */
async function useSecret(api: ApiClient): Promise<{ readonly sent: string; readonly told: string }> {
  const before = upstream.requests.length;
  const body = { input: { how: 'upstream body', upstream: upstream.origin } };
  const { text } = await api.refused('runLive', { params: { action: 'leaky' }, body });
  const [, basic = ''] = upstream.requests[before]?.headers['authorization']?.split(' ') ?? [];
  return { sent: Buffer.from(basic, 'base64').toString(), told: text };
}

const put = (api: ApiClient, value: string) =>
  api.ask('putSecret', { params: { secret_name: 'LEAKY_TOKEN' }, body: { value } });

it("an action gets the workspace's own value, and other workspaces get the stage's", async () => {
  const acme = await clientOf('acme');
  const { body: secret } = await put(acme.api, OWN);
  expect(secret).toMatchObject({ name: 'LEAKY_TOKEN', created_at: expect.stringMatching(/Z$/) });
  const own = await useSecret(acme.api);
  expect(own.sent).toBe(`user:${OWN}`);
  expect(own.told).toContain('[secret LEAKY_TOKEN]');
  const others = await clientOf('others');
  expect((await useSecret(others.api)).sent).toBe(`user:${OF_STAGE}`);
  for (const text of [own.told, JSON.stringify(system.logs), JSON.stringify(system.notices)]) {
    expect(text).not.toContain(OWN);
  }
});

it('an async run uses it too, and its log masks it', async () => {
  const { api } = await clientOf('async');
  await put(api, OWN);
  const body = { inputs: [{ how: 'log', upstream: upstream.origin }] };
  const { body: run } = await api.ask('runAsync', { params: { action: 'leaky' }, body });
  const params = { run_uid: run.uid };
  await api.ask('getRun', { params, query: '?wait=25' });
  const log = JSON.stringify(await api.all('listRunLogs', { params }));
  expect(log).toContain('calling with [secret LEAKY_TOKEN]');
  expect(log).not.toContain(OWN);
});

it('what the table has of it cannot be read without its key', async () => {
  const { api, workspaceUid } = await clientOf('sealed');
  await put(api, OWN);
  const item = await storedCredentials(workspaceUid);
  expect(JSON.stringify(item)).toContain('LEAKY_TOKEN');
  expect(JSON.stringify(item)).not.toContain(OWN);
});

it('a new version of its key seals what is set from then on; what was set before can be used as it was', async () => {
  const { api } = await clientOf('before');
  await put(api, OWN);
  const stage = openStage(addressOf(system.runtime));
  expect(await stage.rotateCredentialKey()).toBe(2);
  expect((await useSecret(api)).sent).toBe(`user:${OWN}`);
  system.runtime.renewCode(); // as after the ten minutes for which processes use the key that they have read
  const after = await clientOf('after');
  await put(after.api, OWN);
  expect(JSON.stringify(await storedCredentials(after.workspaceUid))).toContain('"v2-');
  expect((await useSecret(after.api)).sent).toBe(`user:${OWN}`);
  expect((await useSecret(api)).sent).toBe(`user:${OWN}`);
});

it('the scope admin is needed for each call', async () => {
  const { api } = await clientOf('scopes', ['read', 'run', 'manage']);
  const params = { secret_name: 'LEAKY_TOKEN' };
  const refused = await Promise.all([
    api.refused('listSecrets', {}),
    api.refused('putSecret', { params, body: { value: OWN } }),
    api.refused('deleteSecret', { params }),
  ]);
  for (const { body } of refused) {
    expect(body).toMatchObject({ error_label: 'FORBIDDEN', params: { scope: 'admin' } });
  }
});

/** Clients with the permissions of a function. */
function functionClients(name: string) {
  const { client } = addressOf(system.runtime);
  const accessKeyId = system.runtime.accessKeyIdOf(`trireme-local-${name}`);
  const credentials = { accessKeyId, secretAccessKey: 'the runtime looks at the id' };
  return {
    dynamodb: new DynamoDBClient({ ...client, credentials }),
    secretsManager: new SecretsManagerClient({ ...client, credentials }),
  };
}

it.each(FUNCTION_NAMES)('the role of %s reads and writes of credentials what it needs', async (name) => {
  const { tableName } = addressOf(system.runtime);
  const { dynamodb, secretsManager } = functionClients(name);
  const { pk, sk } = tableKeys.credentials('00000000-0000-4000-8000-000000000000');
  const key = { pk: { S: pk }, sk: { S: sk } };
  const keySecret = system.runtime.plan.secrets.find(({ id }) => id.includes('CredentialKey'));
  const SecretId = secretArn(keySecret?.name ?? '', LOCAL_REGION, LOCAL_ACCOUNT);
  const isAllowed = async (call: Promise<unknown>): Promise<boolean> =>
    call.then(
      () => true,
      (error: unknown) => {
        expect(String(error)).toMatch(/AccessDenied/);
        return false;
      },
    );
  const reads = ['live', 'page', 'workspace'].includes(name);
  expect({
    reads: await isAllowed(dynamodb.send(new GetItemCommand({ TableName: tableName, Key: key }))),
    writes: await isAllowed(dynamodb.send(new PutItemCommand({ TableName: tableName, Item: key }))),
    opens: await isAllowed(secretsManager.send(new GetSecretValueCommand({ SecretId }))),
  }).toEqual({ reads, writes: name === 'workspace', opens: reads });
});
