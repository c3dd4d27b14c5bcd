import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startGateway } from '../../../infra/local/gateway/gateway.ts';
import { openLogs } from '../../../infra/local/services/logs.ts';
import { openSecretsManager, type SecretDefinition } from '../../../infra/local/services/secrets-manager.ts';

const dir = mkdtempSync(join(tmpdir(), 'trireme-secrets-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const master: SecretDefinition = {
  name: 'trireme/master',
  value: { generate: { PasswordLength: 40, ExcludePunctuation: true, ExcludeCharacters: 'abc' } },
};

async function start(secrets: readonly SecretDefinition[], Resource = '*') {
  const secretsmanager = openSecretsManager({ dir, now: Date.now, secrets });
  const gateway = await startGateway({
    services: { secretsmanager },
    principals: new Map([
      ['AK', { role: 'R', session: 's', statements: [{ Effect: 'Allow', Action: 'secretsmanager:*', Resource }] }],
    ]),
  });
  const client = new sdk.SecretsManagerClient({
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  open.push(gateway, secretsmanager);
  const get = (SecretId: string | undefined) => client.send(new sdk.GetSecretValueCommand({ SecretId }));
  return { client, get };
}

describe('Secrets Manager', () => {
  test('generates a secret once, by its rule, in a file for its owner only', async () => {
    const first = await (await start([master])).get('trireme/master');
    expect(first.SecretString).toMatch(/^[A-Zd-z0-9]{40}$/);
    const second = await (await start([master])).get(first.ARN);
    expect(second.SecretString).toBe(first.SecretString);
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  test('puts a generated value into its template', async () => {
    const generate = { SecretStringTemplate: '{"user":"u"}', GenerateStringKey: 'password' };
    const { get } = await start([{ name: 'templated', value: { generate } }]);
    const { SecretString = '' } = await get('templated');
    expect(JSON.parse(SecretString)).toEqual({ user: 'u', password: expect.stringMatching(/^.{32}$/) });
  });

  test('reads what the host hands it anew at each get', async () => {
    const env = { TOKEN: 'one' };
    const { get } = await start([{ name: 'actions', value: { read: () => JSON.stringify(env) } }]);
    const before = await get('actions');
    env.TOKEN = 'two';
    const after = await get('actions');
    expect([before.SecretString, after.SecretString]).toEqual(['{"TOKEN":"one"}', '{"TOKEN":"two"}']);
    expect(after.VersionId).not.toBe(before.VersionId);
  });

  test('takes a new value, describes without telling it, and knows no other secret', async () => {
    const { client, get } = await start([{ name: 'fixed', value: { text: 'old' } }]);
    await client.send(new sdk.PutSecretValueCommand({ SecretId: 'fixed', SecretString: 'new' }));
    expect((await get('fixed')).SecretString).toBe('new');
    const described = await client.send(new sdk.DescribeSecretCommand({ SecretId: 'fixed' }));
    expect(described).toMatchObject({ Name: 'fixed' });
    expect(JSON.stringify(described)).not.toContain('new');
    await expect(get('other')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('judges a secret named by name by its ARN', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:one-??????';
    const text = { text: 'x' };
    const { get } = await start(
      [
        { name: 'one', value: text },
        { name: 'two', value: text },
      ],
      arn,
    );
    expect((await get('one')).SecretString).toBe('x');
    await expect(get('two')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('Logs', () => {
  test('keep the last lines, hand on new ones, and write a file a day', () => {
    const logs = openLogs({ dir: join(dir, 'logs'), now: () => Date.parse('2026-11-23T23:59:59Z'), capacity: 2 });
    const heard: string[] = [];
    const stop = logs.subscribe(({ text }) => heard.push(text));
    for (const text of ['a', 'b', 'c', 'd', 'e']) logs.append('/aws/lambda/page', text);
    stop();
    logs.append('/aws/lambda/api', 'f');
    expect(logs.recent().map(({ text }) => text)).toEqual(['e', 'f']);
    expect(logs.recent('/aws/lambda/page').map(({ text }) => text)).toEqual(['e']);
    expect(heard).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(statSync(join(dir, 'logs', '2026-11-23.log')).size).toBeGreaterThan(0);
    logs.close();
  });
});
