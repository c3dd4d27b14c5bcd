import { randomBytes } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway/gateway.ts';
import { openSecretsManager } from '../../infra/local/services/secrets-manager.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { createKeyringReader } from '../../shared/aws/keyring-reader.ts';
import { addMasterSecret, parseMasterSecrets } from '../../shared/aws/master-secrets.ts';
import { rotateMasterSecret } from '../../shared/aws/rotate-master-secret.ts';

const FIRST = 'a'.repeat(64);
const bytes = (size: number): Uint8Array => randomBytes(size);

describe('the text of the master secret', () => {
  test('is the first version as each stage begins, byte for byte', () => {
    expect(parseMasterSecrets(FIRST)).toEqual({ current: 1, versions: { 1: Buffer.from(FIRST) } });
  });

  test('keeps every version when one is added', () => {
    const { text, version } = addMasterSecret(FIRST, 'b'.repeat(64));
    const again = addMasterSecret(text, 'c'.repeat(64));
    expect([version, again.version]).toEqual([2, 3]);
    expect(parseMasterSecrets(again.text)).toEqual({
      current: 3,
      versions: { 1: Buffer.from(FIRST), 2: Buffer.from('b'.repeat(64)), 3: Buffer.from('c'.repeat(64)) },
    });
  });

  test.each([
    '{',
    '{"current":1}',
    `{"current":2,"versions":{"1":"${FIRST}"}}`,
    '{"current":1,"versions":{"1":"short"}}',
  ])('%s is refused without being quoted', (text) => {
    expect(() => parseMasterSecrets(text)).toThrow(/^The master secret must be one secret, or JSON: \{"current":n/);
  });
});

describe('a rotation', () => {
  async function start() {
    const secrets = [{ name: 'master', value: { text: FIRST } }];
    const secretsmanager = openSecretsManager({ dir: null, now: Date.now, secrets });
    const statements = [{ Effect: 'Allow' as const, Action: 'secretsmanager:*', Resource: '*' }];
    const principals = new Map([['AK', { role: 'R', session: 's', statements }]]);
    const gateway = await startGateway({ services: { secretsmanager }, principals });
    onTestFinished(() => gateway.close());
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'secret' };
    const client = new SecretsManagerClient({
      endpoint: gateway.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    return client;
  }

  test('adds a version; what was made with the first one is still read', async () => {
    const client = await start();
    const before = createKeyring(Buffer.from(FIRST), bytes);
    expect(await rotateMasterSecret(client, 'master', { bytes })).toBe(2);
    expect(await rotateMasterSecret(client, 'master', { bytes })).toBe(3);
    const machine = { clock: { now: () => 0 }, random: { bytes } };
    const after = await createKeyringReader(client, 'master', machine)();
    expect(after.currentVersion).toBe(3);
    expect(after.open(before.seal('token', 'run'), 'run')).toBe('token');
    expect(after.verify('cursor', 'text', before.sign('cursor', 'text'))).toBe(true);
    expect(after.signingSecret('w', 1, 0).reveal()).toBe(before.signingSecret('w', 1, 0).reveal());
    expect(after.seal('token', 'run')).toMatch(/^v3-/);
  });

  test('of two at once one is done and the other refused: no version is lost', async () => {
    const client = await start();
    const ends = await Promise.allSettled([1, 2].map(() => rotateMasterSecret(client, 'master', { bytes })));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: 'master' }));
    expect(parseMasterSecrets(SecretString)).toMatchObject({ current: 2 });
  });
});
