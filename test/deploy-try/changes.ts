import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shellBlock } from '../guards/readme-text.ts';
import { openApiClient } from '../support/api-client.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openHeldUpstream } from './held-upstream.ts';

/**
 * What an owner does to the stage that deploy:try deployed: an upgrade, a roll-back, and accidents, by the commands of
 * infra/ACCIDENTS.md as they stand there.
 */
const {
  DEPLOY_TRY_URL: url = '',
  DEPLOY_TRY_KEY: key = '',
  DEPLOY_TRY_SIGNING_SECRET: secret = '',
  DEPLOY_TRY_WORK_DIR: workDir = '',
} = process.env;
const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = 'infra/ACCIDENTS.md';

const api = openApiClient(url, key);
let receiver: CallbackReceiver;

beforeAll(async () => {
  receiver = await openCallbackReceiver(secret);
});
afterAll(() => receiver.close());

const run = async (command: string, args: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)(command, args, { cwd: ROOT, maxBuffer: 10_000_000 });
  return stdout + stderr;
};
const cdk = (verb: 'deploy' | 'diff', assembly: string): Promise<string> => {
  const how = verb === 'deploy' ? ['--require-approval', 'never'] : [];
  return run('cdk', [verb, ...how, '--app', join(workDir, assembly), '--no-notices', '--no-color']);
};
/** Runs lines of a shell as the document's first ones, and its own names, leave it. */
const shell = (...lines: readonly string[]): Promise<string> =>
  run('bash', ['-eo', 'pipefail', '-c', [AWS, shellBlock(DOCUMENT, 'Before you begin', 1), ...lines].join('\n')]);
/** Release 1 of the AWS command line asks AWS for SQS, whatever AWS_ENDPOINT_URL says. */
const AWS = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }';
/** Does what the nth block of a section says. */
const paste = (section: string, block: number, names = ''): Promise<string> =>
  shell(names, shellBlock(DOCUMENT, section, block));
const read = async (runUid: string) => (await api.ask('getRun', { params: { run_uid: runUid } })).body;

/** A run that is in the middle until its upstream is released, and then must come to its end with nothing lost. */
async function openRun() {
  const upstream = await openHeldUpstream();
  const inputs = Array.from({ length: 12 }, (_, row) => ({ url: `${upstream.origin}/${row}`, custom_data: { row } }));
  const body = { inputs, callback: { url: receiver.url } };
  const { run_uid: uid } = (await api.ask('runAsync', { params: { action: 'http-request' }, body })).body;
  await until('a page that is asked for', () => (upstream.count() > 0 ? true : null));
  return {
    uid,
    async end() {
      upstream.release();
      const callbacks = await receiver.untilComplete(uid);
      await upstream[Symbol.asyncDispose]();
      const rows = callbacks.filter(({ type }) => type === 'run.page').map(({ custom_data: data }) => data?.['row']);
      expect(rows.map(Number).toSorted((a, b) => a - b)).toEqual(inputs.map((_, row) => row));
      expect(await read(uid)).toMatchObject({ status: 'SUCCEEDED', inputs: { succeeded: 12 }, output_count: 12 });
    },
  };
}

/** What the stack has under a name that the document's own commands find. */
const find = async (command: string): Promise<readonly string[]> => {
  const printed = await shell(command);
  return printed.trim().split(/\s+/).slice(1); // the block itself prints the table's name
};
const owner = (command: string): Promise<string> =>
  run('npm', ['run', '-s', 'trireme', '--', 'owner', ...command.split(' '), '--stage', 'local']);
const check = (): Promise<string> => owner('state check');

/** Messages about a run as release 0.1.0 wrote them. They come twice with this: once as they are, and once so. */
async function sendOldMessages(runUid: string): Promise<void> {
  const queues = await find('resources AWS::SQS::Queue');
  const old = { ControlQueue: { k: 'dispatch' }, PageQueue: { k: 'page', i: 0, p: 0 } };
  for (const [name, { k, ...more }] of Object.entries(old)) {
    const queue = queues.find((url) => url.includes(name)) ?? '';
    const body = JSON.stringify({ v: 1, k, run: runUid, ep: 1, ...more });
    await shell(`aws sqs send-message --queue-url '${queue}' --message-body '${body}'`);
  }
}

describe('a stage that is changed', () => {
  it('is upgraded while a run is in the middle, which ends with nothing lost', async () => {
    const middle = await openRun();
    await sendOldMessages(middle.uid);
    const difference = await cdk('diff', 'cdk.out-release');
    expect(difference).toMatch(/\[~\] AWS::Lambda::Function .*Live/);
    expect(difference).not.toMatch(/ (replace|destroy)$/m);
    await cdk('deploy', 'cdk.out-release');
    await middle.end();
    expect((await api.ask('getMe')).body.limits.quotas.uploads_open).toBe(99);
    const added = await api.send('POST', '/v1/actions/added/run/live', { body: { input: {} } });
    expect(added.body).toEqual(['added']);
  });

  it('goes back to the release before while a run is in the middle, which ends with nothing lost', async () => {
    const middle = await openRun();
    await cdk('deploy', 'cdk.out-second');
    await middle.end();
    expect((await api.send('POST', '/v1/actions/added/run/live', { body: { input: {} } })).status).toBe(404);
    expect(await cdk('diff', 'cdk.out-second')).toContain('There were no differences');
  });
});

describe('an accident', () => {
  it('of a leaked key ends with its revocation', async () => {
    const made = await owner('keys create --workspace witness --json');
    const { apiKey } = JSON.parse(made) as { apiKey: string };
    const leaked = openApiClient(url, apiKey);
    expect((await leaked.send('GET', '/v1/me')).status).toBe(200);
    const names = `WORKSPACE=witness KEY_PREFIX=${apiKey.slice(0, 8)}`;
    await paste('A key has leaked', 0, names);
    await until('a refusal', async () => ((await leaked.send('GET', '/v1/me')).status === 401 ? true : null));
  });

  it('of a deleted master secret ends with its return', async () => {
    const [secretArn = ''] = await find('output MasterSecretArn');
    await shell(`aws secretsmanager delete-secret --recovery-window-in-days 7 --secret-id '${secretArn}'`);
    expect(await paste('The master secret is lost', 0)).toMatch(/master secret.*\n  set      it is there/);
  });

  it('of lost items ends with the table restored', async () => {
    const before = await openRun();
    await before.end();
    expect(await paste('A table is restored', 0, `MOMENT=${new Date().toISOString()}`)).toMatch(/CREATING|ACTIVE/);
    const { uid: gone } = before;
    await api.ask('deleteRun', { params: { run_uid: gone } });
    expect((await api.send('GET', `/v1/runs/${gone}`)).status).toBe(404);
    await paste('Stop and start the workers', 0);
    await until('that all are stopped', async () => {
      const states = await paste('Stop and start the workers', 1);
      return /^\S+\s+(Disabled\s+){5}$/.test(states) ? true : null;
    });
    await paste('A table is restored', 1, 'PURGE_SECONDS=0');
    const difference = await cdk('diff', 'cdk.out-restored');
    expect(difference).toMatch(/^\[-\] AWS::DynamoDB::GlobalTable State\/Table \S+ orphan$/m);
    expect(difference).not.toMatch(/ (replace|destroy)$/m);
    await cdk('deploy', 'cdk.out-restored');
    await expect(check()).rejects.toThrow(
      /missing  items expire.*\n  missing  it can be restored.*\n  missing  it is protected/,
    );
    expect(await paste('A table is restored', 3)).toContain('All is as the stage needs it.');
    expect(await check()).not.toContain('missing');
    await paste('Stop and start the workers', 2);
    expect(await read(gone)).toMatchObject({ status: 'SUCCEEDED', output_count: 12 });
    expect(await api.all('listRunOutputs', { params: { run_uid: gone } })).toHaveLength(12);
    await (await openRun()).end();
  });
});
