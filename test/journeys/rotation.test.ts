import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { openStage, type StageAccess } from '../../infra/admin/stage-access.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import type { Scope } from '../../shared/domain/scopes.ts';
import { systemClock, systemRandom } from '../../shared/process/system.ts';
import { decompress } from '../../shared/storage/compress.ts';
import { keys } from '../../shared/storage/keys.ts';
import { Table } from '../../shared/storage/table.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import {
  type LocalTestSystem,
  openReceiver,
  type ReceivedRequest,
  type Receiver,
  startLocalSystem,
} from '../support/local-system.ts';

const HOUR_MS = 3_600_000;

let system: LocalTestSystem;
let stage: StageAccess;
let receiver: Receiver;
let isAway = false;
beforeAll(async () => {
  system = await startLocalSystem({ chaos: null });
  stage = openStage(addressOf(system.runtime));
  // Few callbacks, and time between their attempts: five failures in a row would have it left alone for minutes.
  receiver = await openReceiver(() => (isAway ? { status: 503, headers: { 'retry-after': '5' } } : { status: 204 }));
});
afterAll(async () => {
  await receiver?.close();
  await system?.close();
});

/** A client with a new key of a workspace. */
async function client(workspaceName: string, scopes?: readonly Scope[]): Promise<ApiClient> {
  const ports = { ...stage, random: systemRandom, clock: systemClock };
  const { apiKey } = await issueKey(ports, { workspaceName, ...(scopes === undefined ? {} : { scopes }) });
  return openApiClient(system.url, apiKey);
}

/** As after the minute, or the ten, for which processes use what they have read: all of them are new. */
const passOn = (): void => system.runtime.renewCode();

async function secretsOf(api: ApiClient): Promise<readonly string[]> {
  return (await api.ask('getSigningSecret')).body.secrets.map(({ secret }) => secret);
}

/** Which of the secrets have signed a callback, by their order in the header. */
function signersOf({ headers, body }: ReceivedRequest, secrets: readonly string[]): readonly string[] {
  const [id, timestamp] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
  const isSignedBy = (secret: string, signature: string): boolean => {
    try {
      const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
      new Webhook(secret).verify(body, signed);
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  };
  const signatures = String(headers['webhook-signature']).split(' ');
  return signatures.map((signature) => secrets.find((secret) => isSignedBy(secret, signature)) ?? 'unknown');
}

const LAUNCH = { params: { action: 'search-cities' } };
const launchTo = (url: string, countries: readonly string[] = ['MT']) => ({
  ...LAUNCH,
  body: {
    inputs: countries.map((country) => ({ country })),
    callback: { url, headers: { 'X-Consumer-Token': 'sealed at rest' } },
  },
});

/** What came to a path of the receiver. */
const at = (path: string): readonly ReceivedRequest[] => receiver.requests.filter((request) => request.path === path);
const urlOf = (path: string): string => new URL(path, receiver.url).href;

describe('POST /v1/signing-secret/rotate', () => {
  it('gives a new secret; callbacks carry both signatures, newest first, until the overlap ends', async () => {
    const api = await client('rotates');
    const [first = ''] = await secretsOf(api);
    const { body } = await api.ask('rotateSigningSecret', { body: { overlap_hours: 48 } });
    const [second, old] = body.secrets;
    expect([old?.secret, second?.expires_at]).toEqual([first, null]);
    const overlap = Date.parse(old?.expires_at ?? '') - Date.parse(second?.created_at ?? '');
    expect(overlap).toBe(48 * HOUR_MS);
    expect((await api.ask('getSigningSecret')).body).toEqual(body);
    passOn();
    const secrets = [second?.secret ?? '', first];
    await api.ask('runAsync', launchTo(urlOf('/both')));
    await receiver.until(() => at('/both').length >= 2);
    for (const request of at('/both')) expect(signersOf(request, secrets)).toEqual(secrets);

    const ended = (await api.ask('rotateSigningSecret', { body: { overlap_hours: 0 } })).body.secrets;
    expect(ended).toMatchObject([{ expires_at: null }]);
    passOn();
    await api.ask('runAsync', launchTo(urlOf('/one')));
    await receiver.until(() => at('/one').length >= 2);
    const third = ended[0]?.secret ?? '';
    for (const request of at('/one')) expect(signersOf(request, [third, ...secrets])).toEqual([third]);
  });

  it('overlaps a day by default, and leaves other workspaces as they are', async () => {
    const [api, other] = [await client('rotates once'), await client('rotates never')];
    const before = await secretsOf(other);
    const [newest, oldest] = (await api.ask('rotateSigningSecret')).body.secrets;
    expect(Date.parse(oldest?.expires_at ?? '') - Date.parse(newest?.created_at ?? '')).toBe(24 * HOUR_MS);
    expect(await secretsOf(other)).toEqual(before);
  });

  it('is done once for an Idempotency-Key, and no secret is stored for it', async () => {
    const api = await client('rotates twice');
    const headers = { 'idempotency-key': 'rotation 1' };
    const first = await api.ask('rotateSigningSecret', { headers, body: { overlap_hours: 1 } });
    const again = await api.ask('rotateSigningSecret', { headers, body: { overlap_hours: 1 } });
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
    await api.ask('rotateSigningSecret', { body: { overlap_hours: 0 } });
    expect((await api.ask('rotateSigningSecret', { headers, body: { overlap_hours: 1 } })).text).toBe(first.text);
    const other = await api.refused('rotateSigningSecret', { headers, body: { overlap_hours: 2 } });
    expect(other.body.error_label).toBe('IDEMPOTENCY_MISMATCH');
    expect(await secretsOf(api)).toHaveLength(1);
    const { uid } = (await api.ask('getMe')).body.workspace;
    const { tableName, client: options } = addressOf(system.runtime);
    const table = new Table(new DynamoDBClient(options), tableName, systemClock);
    const item = await table.get(keys.idempotency(uid, 'rotation 1'), 'strong');
    const stored = JSON.stringify(decompress(item?.['answer']?.B ?? new Uint8Array()));
    expect(stored).toContain('generation');
    expect(stored).not.toContain('whsec_');
  });

  it.each([
    [{ overlap_hours: -1 }, 'overlap_hours'],
    [{ overlap_hours: 169 }, 'overlap_hours'],
    [{ overlap_hours: 1.5 }, 'overlap_hours'],
    [{ overlap: 1 }, 'overlap'],
  ])('refuses %j', async (body, path) => {
    const api = openApiClient(system.url, system.apiKey);
    const refused = await api.refused('rotateSigningSecret', { body });
    expect(refused.body).toMatchObject({ error_label: 'BAD_INPUT', validation_errors: [{ path }] });
  });

  it('needs the scope admin', async () => {
    const api = await client('rotates not', ['read', 'run', 'manage']);
    const refused = await api.refused('rotateSigningSecret');
    expect(refused.body).toMatchObject({ error_label: 'FORBIDDEN', params: { scope: 'admin' } });
    expect(await secretsOf(api)).toHaveLength(1);
  });
});

describe('a rotation of the master secret', () => {
  it('is noticed by no consumer: callbacks verify, sealed headers arrive, cursors go on', async () => {
    const api = await client('notices nothing');
    const live = { ...LAUNCH, body: { input: { country: 'LU' } } };
    const nextOf = (answer: { readonly headers: Headers }): string => answer.headers.get('x-pagination-next') ?? '';
    for (let made = 0; made < 3; made += 1) await api.ask('runLive', live);
    const [list, page] = [await api.ask('listRuns', { query: '?limit=1' }), await api.ask('runLive', live)];
    const before = await secretsOf(api);
    isAway = true;
    const { body: run } = await api.ask('runAsync', launchTo(urlOf('/away'), ['AD']));
    await receiver.until(() => at('/away').length >= 1);

    const version = await stage.rotateMasterSecret();
    passOn();
    expect(await secretsOf(api)).toEqual(before);
    const second = await api.ask('listRuns', { url: nextOf(list) });
    const secondPage = await api.ask('runLive', { ...live, url: nextOf(page) });
    const rotated = (await api.ask('rotateSigningSecret', { body: { overlap_hours: 24 } })).body.secrets;
    passOn();

    isAway = false;
    await receiver.until(() => at('/away').some(({ body }) => body.includes('"type":"run.finished"')));
    const { body: ended } = await api.ask('getRun', { params: { run_uid: run.uid }, query: '?wait=25' });
    const ids = (): number => new Set(at('/away').map(({ headers }) => headers['webhook-id'])).size;
    await receiver.until(() => ids() >= ended.callbacks.total);
    const secrets = rotated.map(({ secret }) => secret);
    for (const request of at('/away')) {
      const signers = signersOf(request, secrets);
      expect([secrets, before], 'signed by both, or as before where it was sent before').toContainEqual(signers);
      expect(request.headers['x-consumer-token']).toBe('sealed at rest');
    }

    // Once more, after the overlap of the secret that came from the first master secret.
    expect(await stage.rotateMasterSecret()).toBe(version + 1);
    const [last] = (await api.ask('rotateSigningSecret', { body: { overlap_hours: 0 } })).body.secrets;
    passOn();
    await api.ask('runAsync', launchTo(urlOf('/after')));
    await receiver.until(() => at('/after').length >= 2);
    for (const request of at('/after')) expect(signersOf(request, [last?.secret ?? ''])).toEqual([last?.secret]);
    for (const answer of [second, await api.ask('listRuns', { url: nextOf(list) })]) {
      expect((await api.ask('listRuns', { url: nextOf(answer) })).body).toHaveLength(1);
    }
    const third = await api.ask('runLive', { ...live, url: nextOf(secondPage) });
    expect(third.body).not.toEqual(secondPage.body);
  });

  it.each(['live', 'page', 'workspace'])('cannot be done with the role of %s', async (name) => {
    const { masterSecretArn, client } = addressOf(system.runtime);
    const accessKeyId = system.runtime.accessKeyIdOf(`trireme-local-${name}`);
    const credentials = { accessKeyId, secretAccessKey: 'the runtime looks at the id' };
    const put = new PutSecretValueCommand({ SecretId: masterSecretArn, SecretString: 'x'.repeat(64) });
    const sent = new SecretsManagerClient({ ...client, credentials }).send(put);
    await expect(sent).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
