import { inflateRawSync, zstdDecompressSync, brotliDecompressSync } from 'node:zlib';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { LEAK_NAMES, leaky } from '../support/leaky-action.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { createProjectWithAction } from '../support/project-with-action.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';
import { spellingsIn } from '../support/spellings.ts';
import { startUpstream, type Upstream } from '../support/start-upstream.ts';

/** With characters that each encoding writes otherwise. */
const CANARY = 'can/ary+"s3cr3t"\\~?>=é';
const action = leaky.name;
const project = createProjectWithAction({
  file: 'leaky.ts',
  name: 'leaky',
  source: `export { leaky } from '../../test/support/leaky-action.ts';\n`,
});

let system: LocalTestSystem;
let api: ApiClient;
let upstream: Upstream;
let receiver: CallbackReceiver;
beforeAll(async () => {
  const stored = { LEAKY_TOKEN: CANARY, LEAKY_BROKEN: `${CANARY}\n` };
  system = await startLocalSystem(
    { readSecret: ({ id }) => (id.includes('ActionSecrets') ? () => JSON.stringify(stored) : undefined) },
    project.root,
  );
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
  upstream = await startUpstream(({ url, headers }) => {
    if (url.pathname === '/moved') return { status: 302, headers: { location: `/elsewhere${url.search}` } };
    if (url.pathname === '/coding') return { headers: { 'content-encoding': 'unheard-of' }, body: 'x' };
    return { status: 401, body: { error: 'no such user', sent: headers['authorization'] } };
  });
});
afterAll(async () => {
  await system.close();
  await receiver.close();
  await upstream[Symbol.asyncDispose]();
  project.remove();
});

/** What lies in the table, with what is compressed in it read. */
async function readTable(): Promise<string> {
  const { tableName, client } = addressOf(system.runtime);
  const dynamodb = new DynamoDBClient(client);
  const texts: string[] = [];
  for (let from: Record<string, never> | undefined; ;) {
    const page = await dynamodb.send(new ScanCommand({ TableName: tableName, ExclusiveStartKey: from }));
    texts.push(
      JSON.stringify(page.Items, (_, value: unknown) => (value instanceof Uint8Array ? textOf(value) : value)),
    );
    if (page.LastEvaluatedKey === undefined) return texts.join('\n');
    from = page.LastEvaluatedKey as Record<string, never>; // cast: handed back as it came
  }
}

function textOf(bytes: Uint8Array): string {
  for (const read of [zstdDecompressSync, brotliDecompressSync, inflateRawSync]) {
    try {
      return read(bytes).toString();
    } catch {
      continue; // compressed otherwise, or not at all
    }
  }
  return Buffer.from(bytes).toString();
}

it('no answer, record, callback or line of a log tells a secret, whatever an action does with it', async () => {
  const answers: string[] = [];
  for (const how of LEAK_NAMES) {
    const body = { input: { how, upstream: upstream.origin } };
    const { status, headers, text } = await api.send('POST', `/v1/actions/${action}/run/live`, { body });
    answers.push(`${status} ${JSON.stringify([...headers])} ${text}`);
  }
  const inputs = LEAK_NAMES.filter((how) => how !== 'limited').map((how) => ({ how, upstream: upstream.origin }));
  const launch = { inputs, callback: { url: receiver.url } };
  const { body: run } = await api.ask('runAsync', { params: { action }, body: launch });
  const callbacks = await receiver.untilComplete(run.uid);
  const params = { run_uid: run.uid };
  const told = {
    answers,
    run: (await api.ask('getRun', { params })).text,
    inputs: await api.all('listRunInputs', { params }),
    log: await api.all('listRunLogs', { params }),
    callbacks,
    logs: system.logs,
    notices: system.notices,
    table: await readTable(),
  };
  for (const [where, what] of Object.entries(told)) {
    const text = typeof what === 'string' ? what : JSON.stringify(what);
    expect([where, spellingsIn(text, CANARY)]).toEqual([where, []]);
    // However its other characters are escaped.
    const at = text.indexOf('s3cr3t');
    expect([where, at === -1 ? '' : text.slice(at - 100, at + 20)]).toEqual([where, '']);
  }
  // It was there to be told: texts that held it are there without it.
  expect(answers.join('\n')).toContain('refused: [secret LEAKY_TOKEN]');
  expect(JSON.stringify(callbacks)).toContain('Result 0 of leaky contains the value of the secret LEAKY_TOKEN');
  expect(JSON.stringify(told.log)).toContain('calling with [secret LEAKY_TOKEN]');
  expect(JSON.stringify(system.logs)).toContain('calling with [secret LEAKY_TOKEN]');
  expect(JSON.stringify(system.logs)).toContain('token [secret LEAKY_TOKEN]');
  expect(upstream.requests.some(({ url }) => url.search.includes('s3cr3t'))).toBe(true);
}, 600_000);

it("an unclassified error tells the action's name and its error_ref, under which the log has its text", async () => {
  const body = { input: { how: 'cause', upstream: upstream.origin } };
  const { body: error } = await api.refused('runLive', { params: { action }, body });
  expect(error).toMatchObject({
    error_label: 'ACTION_FAILED',
    message: 'The action leaky failed with an unexpected error. Its text is in the log, under this error_ref.',
  });
  const lines = system.logs
    .map(({ message }) => JSON.stringify(message))
    .filter((line) => line.includes(error.error_ref));
  expect(lines.join('\n')).toMatch(/outer.*inner.*\[secret LEAKY_TOKEN\]/s);
});

it("a redirect's target is told without its query", async () => {
  const body = { input: { how: 'redirect', upstream: upstream.origin } };
  const { body: error } = await api.refused('runLive', { params: { action }, body });
  expect(error.message).toBe('the upstream answered 302, a redirect, to /elsewhere: it is not followed');
});
