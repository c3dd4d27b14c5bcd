import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../infra/local/gateway/gateway.ts';
import { openSecretsManager } from '../../infra/local/services/secrets-manager.ts';
import { createActionSecrets } from '../../shared/aws/stage-secrets.ts';

const CANARY = 'canary-0123456789';
const NAME = 'trireme/actions';

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
  return { secrets: createActionSecrets(client, NAME, clock), time };
}

describe('a secret that cannot be used is refused when it is read, by name and without its value', () => {
  test.each<[string, unknown, string]>([
    ['one that is not there', undefined, 'The secret TOKEN is not set. Its owner sets it in'],
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
