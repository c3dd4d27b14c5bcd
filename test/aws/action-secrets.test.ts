import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway/gateway.ts';
import { openSecretsManager } from '../../infra/local/services/secrets-manager.ts';
import { createActionSecrets } from '../../shared/aws/action-secrets.ts';
import { createCredentialReader } from '../../shared/aws/credential-reader.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { deleteCredential } from '../../shared/engine/workspace/delete-credential.ts';
import { putCredential } from '../../shared/engine/workspace/put-credential.ts';
import { createCredentialStore } from '../../shared/storage/credential-store.ts';
import { keys } from '../../shared/storage/keys.ts';
import { openTable } from '../support/open-table.ts';

const CANARY = 'canary-0123456789';
const NAME = 'trireme/actions';
const HOME = '11111111-1111-4111-8111-111111111111';
const AWAY = '22222222-2222-4222-8222-222222222222';

/** The secrets of actions as a function reads them; `stored` is their text, which may change. */
async function openActionSecrets(stored: { text: string }) {
  const dir = mkdtempSync(join(tmpdir(), 'trireme-secrets-'));
  const secrets = [{ name: NAME, value: { read: () => stored.text } }];
  const secretsmanager = openSecretsManager({ dir, now: Date.now, secrets });
  const statements = [{ Effect: 'Allow' as const, Action: 'secretsmanager:*', Resource: '*' }];
  const gateway = await startGateway({
    services: { secretsmanager },
    principals: new Map([['AK', { role: 'R', session: 's', statements }]]),
  });
  onTestFinished(async () => {
    await gateway.close();
    secretsmanager.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const credentials = { accessKeyId: 'AK', secretAccessKey: 'secret' };
  const client = new SecretsManagerClient({ endpoint: gateway.url, region: 'us-east-1', credentials });
  const time = { now: 0 };
  const clock = { now: () => time.now, after: () => () => undefined };
  const table = openTable(clock);
  const keyring = createKeyring(Buffer.alloc(32, 1), (count) => Buffer.alloc(count, 2));
  const store = createCredentialStore(table);
  const reads = { count: 0 };
  const counted = {
    readCredentials: (uid: string) => {
      reads.count += 1;
      return store.readCredentials(uid);
    },
  };
  const readCredential = createCredentialReader(counted, async () => keyring, clock);
  const secretsOf = createActionSecrets(client, NAME, clock, readCredential);
  const ports = {
    credentials: store,
    sealCredential: async (value: string, aad: string) => keyring.seal(value, aad),
    now: () => time.now,
  };
  return { secrets: secretsOf(HOME), secretsOf, time, table, store, ports, reads };
}

describe('a secret that cannot be used is refused when it is read, by name and without its value', () => {
  test.each<[string, unknown, string]>([
    ['one that is not there', undefined, "The secret TOKEN is not set. The stage's owner sets it in"],
    ['an empty one', '', 'The secret TOKEN is empty.'],
    ['a blank one', '  ', 'The secret TOKEN is empty.'],
    ['a line break', `${CANARY}\nx`, 'The secret TOKEN holds a line break; a value of several lines'],
    ['a carriage return at its end', `${CANARY}\r`, 'The secret TOKEN holds a line break'],
    ['a line separator', `${CANARY}\u2028`, 'The secret TOKEN holds a line break'],
    ['a NUL', `${CANARY}\0`, 'The secret TOKEN holds a control character'],
    ['a DEL', `${CANARY}\x7f`, 'The secret TOKEN holds a control character'],
    ['half a character', `${CANARY}\ud83d`, 'The secret TOKEN is not well-formed Unicode'],
    ['a number', 5, 'The secret TOKEN must be a text; there is a number'],
    ['an object', { value: CANARY }, 'The secret TOKEN must be a text; there is an object'],
  ])('%s', async (_, TOKEN, message) => {
    const { secrets } = await openActionSecrets({ text: JSON.stringify({ TOKEN }) });
    const refused = secrets.secret('TOKEN');
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining(message),
      actionError: { kind: 'permanent', label: 'ACTION_FAILED' },
    });
    await expect(refused).rejects.not.toThrow(CANARY);
  });

  test.each([CANARY, `{"TOKEN":"${CANARY}"`, `["${CANARY}"]`, `"${CANARY}"`, 'null'])(
    'all of them: %s',
    async (text) => {
      const { secrets } = await openActionSecrets({ text });
      const refused = secrets.secret('TOKEN');
      await expect(refused).rejects.toThrow("The stage's ActionSecrets must hold a JSON object of name to text");
      await expect(refused).rejects.toMatchObject({ actionError: { kind: 'permanent' } });
      await expect(refused).rejects.not.toThrow(CANARY);
    },
  );
});

test('what was given to an action is masked from then on, the value before a change too', async () => {
  const stored = { text: JSON.stringify({ TOKEN: CANARY, OTHER: 'never-asked-for' }) };
  const { secrets, time } = await openActionSecrets(stored);
  expect(secrets.maskSecrets(CANARY)).toBe(CANARY);
  expect(await secrets.secret('TOKEN')).toBe(CANARY);
  stored.text = JSON.stringify({ TOKEN: 'canary-of-tomorrow' });
  time.now = 60_000;
  expect(await secrets.secret('TOKEN')).toBe('canary-of-tomorrow');
  expect(secrets.maskSecrets(`${CANARY}, canary-of-tomorrow`)).toBe('[secret TOKEN], [secret TOKEN]');
  expect(secrets.findSecret(`{"a":"${CANARY}"}`)).toBe('TOKEN');
});

describe("a workspace's own value of a secret", () => {
  test("comes before the stage's, in that workspace only, and goes when it is deleted", async () => {
    const { secretsOf, ports, time } = await openActionSecrets({ text: JSON.stringify({ TOKEN: 'of the stage' }) });
    await putCredential(ports, HOME, 'TOKEN', CANARY);
    expect(await secretsOf(HOME).secret('TOKEN')).toBe(CANARY);
    expect(await secretsOf(AWAY).secret('TOKEN')).toBe('of the stage');
    await deleteCredential(ports, HOME, 'TOKEN');
    time.now += 60_000;
    expect(await secretsOf(HOME).secret('TOKEN')).toBe('of the stage');
  });

  test('is read once a minute, and a changed value is used after that', async () => {
    const { secrets, ports, time, reads } = await openActionSecrets({ text: '{}' });
    await putCredential(ports, HOME, 'TOKEN', 'of yesterday');
    expect(await Promise.all([secrets.secret('TOKEN'), secrets.secret('TOKEN')])).toEqual([
      'of yesterday',
      'of yesterday',
    ]);
    await putCredential(ports, HOME, 'TOKEN', 'of today');
    time.now += 59_999;
    expect(await secrets.secret('TOKEN')).toBe('of yesterday');
    expect(reads.count).toBe(1);
    time.now += 1;
    expect(await secrets.secret('TOKEN')).toBe('of today');
    expect(reads.count).toBe(2);
  });

  test("is masked in its own workspace's texts and not in those of others", async () => {
    const { secretsOf, ports } = await openActionSecrets({ text: JSON.stringify({ OTHER: 'of the stage' }) });
    await putCredential(ports, HOME, 'TOKEN', 'Amsterdam');
    await secretsOf(HOME).secret('TOKEN');
    await secretsOf(HOME).secret('OTHER');
    expect(secretsOf(HOME).maskSecrets('from Amsterdam of the stage')).toBe('from [secret TOKEN] [secret OTHER]');
    expect(secretsOf(HOME).findSecret('Amsterdam')).toBe('TOKEN');
    expect(secretsOf(AWAY).maskSecrets('from Amsterdam of the stage')).toBe('from Amsterdam [secret OTHER]');
    expect(secretsOf(AWAY).findSecret('Amsterdam')).toBeNull();
  });

  test('is of no use under another name or in another workspace, whoever copies it there', async () => {
    const { secretsOf, ports, table, store } = await openActionSecrets({
      text: JSON.stringify({ COPY: 'of the stage' }),
    });
    await putCredential(ports, HOME, 'TOKEN', CANARY);
    const { credentials } = await store.readCredentials(HOME);
    const [stored] = credentials;
    expect(JSON.stringify(await table.get(keys.credentials(HOME), 'strong'))).not.toContain(CANARY);
    await store.replaceCredentials({ workspaceUid: HOME, version: 1, credentials }, [
      { name: 'COPY', sealed: stored?.sealed ?? '', createdAt: 0, updatedAt: 0 },
    ]);
    await store.replaceCredentials({ workspaceUid: AWAY, version: 0, credentials: [] }, credentials);
    for (const refused of [secretsOf(HOME).secret('COPY'), secretsOf(AWAY).secret('TOKEN')]) {
      await expect(refused).rejects.toMatchObject({
        message: expect.stringMatching(/own value of the secret (COPY|TOKEN) can no longer be read/),
        actionError: { kind: 'permanent' },
      });
    }
  });

  test('set by two calls at once is kept from both, and one of a name too many is refused', async () => {
    const { ports, store } = await openActionSecrets({ text: '{}' });
    await Promise.all(['A', 'B', 'C'].map((name) => putCredential(ports, HOME, name, `value of ${name}`)));
    expect((await store.readCredentials(HOME)).credentials.map(({ name }) => name).toSorted()).toEqual(['A', 'B', 'C']);
    for (let at = 0; at < 47; at += 1) await putCredential(ports, HOME, `N${at}`, CANARY);
    await expect(putCredential(ports, HOME, 'ONE_MORE', CANARY)).rejects.toMatchObject({ label: 'INVALID_STATE' });
    await putCredential(ports, HOME, 'A', 'another value');
    expect((await store.readCredentials(HOME)).credentials).toHaveLength(50);
  });
});
