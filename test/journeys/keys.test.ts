import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage } from '../../infra/admin/stage-access.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { settingsOf } from '../../infra/settings.ts';
import { digestApiKey } from '../../shared/domain/api-key.ts';
import { DEFAULT_SCOPES, type Scope, SCOPES } from '../../shared/domain/scopes.ts';
import { VERSION } from '../../shared/process/version.ts';
import { keys as tableKeys } from '../../shared/storage/keys.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

let system: LocalTestSystem;
let api: ApiClient;
beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
});
afterAll(() => system?.close());

/** A client with a new key of a workspace, which the owner makes. */
async function client(workspace: string, scopes?: readonly Scope[]): Promise<ApiClient> {
  const { apiKey } = await system.newKey({ workspace, ...(scopes === undefined ? {} : { scopes }) });
  return openApiClient(system.url, apiKey);
}

describe('GET /v1/me', () => {
  it('says who calls, what the workspace may do, and which deployment answers', async () => {
    const { body } = await api.ask('getMe');
    const { rateLimits, concurrentRuns, inputsInFlight } = settingsOf('local').runtime;
    const rate = (name: 'live' | 'launch' | 'read') => ({
      per_second: rateLimits[name].perSecond,
      burst: rateLimits[name].burst,
    });
    expect(body).toEqual({
      workspace: { uid: system.workspaceUid, name: system.workspaceName },
      key: {
        uid: expect.any(String),
        label: 'npm start',
        scopes: SCOPES,
        created_at: expect.any(String),
        expires_at: null,
        last_used_at: expect.stringMatching(/T00:00:00\.000Z$/),
      },
      limits: {
        live: rate('live'),
        launch: rate('launch'),
        read: rate('read'),
        runs_at_once: concurrentRuns,
        inputs_in_flight: inputsInFlight,
        callback_hosts: null,
        quotas: { runs_waiting: null, schedules: null, uploads_open: 100, pages_per_day: null },
      },
      usage_today: { runs: 0, live_calls: 0, pages: 0, outputs: 0, callbacks: 0, estimated_usd: 0 },
      version: VERSION,
      stage: 'local',
    });
  });

  it('needs a key and no scope of it, and shows limits of the workspace’s own', async () => {
    const acme = await client('acme', ['run']);
    const { body } = await acme.ask('getMe');
    expect(body).toMatchObject({ workspace: { name: expect.stringMatching(/acme$/) }, key: { scopes: ['run'] } });
    const { limits } = openStage(addressOf(system.runtime));
    const rates = { read: { perSecond: 7, burst: 70 } };
    const callbackHosts = ['hooks.acme.example'];
    await limits.set(body.workspace.uid, { runsAtOnce: 3, inputsInFlight: 5, rates, callbackHosts });
    const own = {
      callback_hosts: callbackHosts,
      read: { per_second: 7, burst: 70 },
      runs_at_once: 3,
      inputs_in_flight: 5,
    };
    // They are read with eventual consistency.
    const shown = await until('the limits to be in force', async () => {
      const { limits: inForce } = (await acme.ask('getMe')).body;
      return inForce.runs_at_once === 3 && inForce.read.burst === 70 && inForce.callback_hosts !== null
        ? inForce
        : null;
    });
    expect(shown).toMatchObject(own);
    expect((await api.refused('getMe', { apiKey: null })).body).toMatchObject({ error_label: 'UNAUTHORIZED' });
  });
});

describe('keys of a workspace', () => {
  const NEW = { label: 'billing service' };

  it('are made with a label and the default scopes, work at once, and are shown once', async () => {
    const owner = await client('maker');
    const { body: made } = await owner.ask('createKey', { body: NEW });
    expect(made).toMatchObject({
      label: 'billing service',
      scopes: DEFAULT_SCOPES,
      expires_at: null,
      last_used_at: null,
    });
    const { key, ...shown } = made;
    const api = openApiClient(system.url, key);
    const { body: seen } = await api.ask('getMe');
    expect(seen.workspace).toEqual((await owner.ask('getMe')).body.workspace);
    const { last_used_at: usedAt } = seen.key;
    expect(usedAt).not.toBeNull();
    expect(seen.key).toEqual({ ...shown, last_used_at: usedAt });
    const listed = await owner.ask('listKeys');
    expect(listed.body).toEqual([expect.objectContaining({ scopes: SCOPES }), seen.key]);
    expect(listed.text).not.toContain(key);
    const { body: renamed } = await owner.ask('updateKey', {
      params: { key_uid: made.uid },
      body: { label: 'x'.repeat(80) },
    });
    expect(renamed).toEqual({ ...seen.key, label: 'x'.repeat(80) });
    expect((await api.ask('getMe')).body.key.label).toBe('x'.repeat(80));
  });

  it('end at their time: until then they work, and a time that is past is refused', async () => {
    const owner = await client('ender');
    const refused = await owner.refused('createKey', { body: { ...NEW, expires_at: '2020-01-01T00:00:00Z' } });
    expect(refused.body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path: 'expires_at' }] });
    const { body } = await owner.ask('createKey', { body: { ...NEW, expires_at: '2099-01-01T01:00:00+01:00' } });
    expect(body.expires_at).toBe('2099-01-01T00:00:00.000Z');
    expect((await openApiClient(system.url, body.key).ask('getMe')).body.key.expires_at).toBe(body.expires_at);
  });

  it('are revoked by a deletion, which may be repeated', async () => {
    const owner = await client('leaver');
    const { body: made } = await owner.ask('createKey', { body: NEW });
    const params = { key_uid: made.uid };
    const { body: gone } = await owner.ask('deleteKey', { params });
    expect(gone.uid).toBe(made.uid);
    expect((await owner.ask('deleteKey', { params: { key_uid: made.uid.toUpperCase() } })).body).toEqual(gone);
    expect((await owner.ask('listKeys')).body.map(({ uid }) => uid)).not.toContain(made.uid);
    expect((await owner.refused('updateKey', { params, body: NEW })).body.error_label).toBe('NOT_FOUND');
    // Never used before, so no process has it cached.
    const refused = await openApiClient(system.url, made.key).refused('getMe');
    expect(refused.body).toMatchObject({ error_label: 'UNAUTHORIZED', message: expect.stringContaining('revoked') });
  });

  it('are made by nobody with a scope that the maker lacks', async () => {
    const limited = await client('limited', ['admin', 'read']);
    for (const body of [NEW, { ...NEW, scopes: ['read', 'manage'] }]) {
      const refused = await limited.refused('createKey', { body });
      expect(refused.body).toMatchObject({ error_label: 'FORBIDDEN', message: expect.stringContaining('manage') });
    }
    const { body } = await limited.ask('createKey', { body: { ...NEW, scopes: ['admin', 'read', 'read'] } });
    expect(body.scopes).toEqual(['read', 'admin']);
    expect((await limited.ask('listKeys')).body).toHaveLength(2);
  });

  it('keep one with the scope admin: of two deletions at once, one is refused', async () => {
    const first = await client('last');
    const { body: second } = await first.ask('createKey', { body: { ...NEW, scopes: ['admin'] } });
    const { workspace, key } = (await first.ask('getMe')).body;
    const other = openApiClient(system.url, second.key);
    const answers = await Promise.all([
      other.send('DELETE', `/v1/keys/${key.uid}`),
      first.send('DELETE', `/v1/keys/${second.uid}`),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = answers[0]?.status === 200 ? other : first;
    const [last] = (await left.ask('listKeys')).body;
    const refused = await left.refused('deleteKey', { params: { key_uid: last?.uid ?? '' } });
    expect(refused.body).toMatchObject({ error_label: 'INVALID_STATE', message: expect.stringContaining('admin') });
    const { keys } = await openStage(addressOf(system.runtime)).keys.readKeys(workspace.uid);
    expect(keys.filter(({ revokedAt }) => revokedAt === null)).toMatchObject([{ uid: last?.uid }]);
  });

  it.each(['listKeys', 'createKey', 'updateKey', 'deleteKey'] as const)(
    '%s needs the scope admin',
    async (operation) => {
      const other = await client('others', ['read', 'run', 'manage']);
      const body = operation === 'createKey' || operation === 'updateKey' ? { body: NEW } : {};
      const refused = await other.refused(operation, { params: { key_uid: NOBODY }, ...body });
      expect(refused.body).toMatchObject({ error_label: 'FORBIDDEN', params: { scope: 'admin' } });
    },
  );

  it('of another workspace are as unknown ones', async () => {
    const owner = await client('neighbour');
    const { uid } = (await api.ask('getMe')).body.key;
    for (const operation of ['updateKey', 'deleteKey'] as const) {
      const body = operation === 'updateKey' ? { body: NEW } : {};
      const [theirs, nobodys] = [uid, NOBODY].map((key_uid) =>
        owner.refused(operation, { params: { key_uid }, ...body }),
      );
      const text = (answer: Awaited<typeof theirs>): string =>
        (answer?.body.message ?? '').replace(/[0-9a-f-]{36}/, 'UID');
      expect(text(await theirs)).toBe(text(await nobodys));
      expect((await theirs)?.status).toBe(404);
    }
    expect((await api.ask('getMe')).status).toBe(200);
  });

  it.each([
    [{}, 'label'],
    [{ label: '' }, 'label'],
    [{ label: 'x'.repeat(81) }, 'label'],
    [{ label: 'two\nlines' }, 'label'],
    [{ label: '  ' }, 'label'],
    [{ ...NEW, scopes: [] }, 'scopes'],
    [{ ...NEW, scopes: ['write'] }, 'scopes[0]'],
    [{ ...NEW, expires_at: 'tomorrow' }, 'expires_at'],
    [{ ...NEW, name: 'x' }, 'name'],
  ])('%j is refused, with its path', async (body, path) => {
    const refused = await api.refused('createKey', { body });
    expect(refused.body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path }] });
  });
});

it.each(['live', 'page', 'runs', 'launch'])(
  'the role of %s cannot write keys, nor what secrets are derived from',
  async (name) => {
    const { tableName, client } = addressOf(system.runtime);
    const accessKeyId = system.runtime.accessKeyIdOf(`trireme-local-${name}`);
    const credentials = { accessKeyId, secretAccessKey: 'the runtime looks at the id' };
    const dynamodb = new DynamoDBClient({ ...client, credentials });
    const { workspaceUid, apiKey } = system;
    for (const { pk, sk } of [
      tableKeys.keySet(workspaceUid),
      tableKeys.apiKey(digestApiKey(apiKey)),
      tableKeys.signingSecrets(workspaceUid),
    ]) {
      const write = dynamodb.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { pk: { S: pk }, sk: { S: sk } },
          UpdateExpression: 'SET scopes = :all',
          ExpressionAttributeValues: { ':all': { L: [] } },
        }),
      );
      await expect(write, pk).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  },
);
