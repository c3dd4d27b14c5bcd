import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';
import { openHeldUpstream } from './held-upstream.ts';
import { owner, paste, run, shell } from './owner-shell.ts';

/**
 * What an owner does to the stage that deploy:try deployed: an upgrade, a roll-back, and accidents.
 */
const {
  DEPLOY_TRY_URL: url = '',
  DEPLOY_TRY_KEY: key = '',
  DEPLOY_TRY_SIGNING_SECRET: secret = '',
  DEPLOY_TRY_WORK_DIR: workDir = '',
} = process.env;

const api = openApiClient(url, key);
let receiver: CallbackReceiver;

beforeAll(async () => {
  receiver = await openCallbackReceiver(secret);
});
afterAll(() => receiver.close());

const cdk = (verb: 'deploy' | 'diff', assembly: string): Promise<string> => {
  const how = verb === 'deploy' ? ['--require-approval', 'never'] : [];
  return run('cdk', [verb, ...how, '--app', join(workDir, assembly), '--no-notices', '--no-color']);
};
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
/** Deletes the stage's own one, so that nothing brings it back. */
const forgetMasterSecret = async (): Promise<void> => {
  const [secretArn = ''] = await find('output MasterSecretArn');
  await shell(`aws secretsmanager delete-secret --force-delete-without-recovery --secret-id '${secretArn}'`);
};
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
  it('of a deleted master secret ends with its return', async () => {
    const [secretArn = ''] = await find('output MasterSecretArn');
    await shell(`aws secretsmanager delete-secret --recovery-window-in-days 7 --secret-id '${secretArn}'`);
    expect(await paste('The master secret is lost', 0)).toMatch(/master secret.*\n  set      it is there/);
  });

  it('of lost items, and of a master secret that is gone for good, ends with another table and another secret', async () => {
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
    await forgetMasterSecret();
    const difference = await cdk('diff', 'cdk.out-restored');
    expect(difference).toMatch(/^\[-\] AWS::DynamoDB::GlobalTable State\/Table \S+ orphan$/m);
    expect(difference).toMatch(/^\[-\] AWS::SecretsManager::Secret State\/Master \S+ orphan$/m);
    expect(difference).not.toMatch(/ (replace|destroy)$/m);
    await cdk('deploy', 'cdk.out-restored');
    await expect(check()).rejects.toThrow(
      /missing  items expire.*\n  missing  it can be restored.*\n  missing  it is protected/,
    );
    expect(await paste('A table is restored', 3)).toContain('All is as the stage needs it.');
    expect(await check()).not.toContain('missing');
    const rotated = await paste('The master secret is lost', 3, 'WORKSPACE=witness');
    const [, renewed = ''] = /^(whsec_\S+) .*from master secret 1000$/m.exec(rotated) ?? [];
    await receiver.close();
    receiver = await openCallbackReceiver(renewed);
    await paste('Stop and start the workers', 2);
    expect(await read(gone)).toMatchObject({ status: 'SUCCEEDED', output_count: 12 });
    expect(await api.all('listRunOutputs', { params: { run_uid: gone } })).toHaveLength(12);
    await (await openRun()).end();
  });
});
