import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { systemRandom, systemClock } from '../../shared/process/system.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { openReceiver, startLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem, Receiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';

/** As many as a workspace may launch at once. */
const NEIGHBOURS = 20;

let system: LocalTestSystem;
let api: ApiClient;
let neighbour: ApiClient;
let receiver: Receiver;
let silent: readonly Server[];

beforeAll(async () => {
  system = await startLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  const { workspaces, keys } = openStage(addressOf(system.runtime));
  const ports = { workspaces, keys, random: systemRandom, clock: systemClock };
  const key = await issueKey(ports, { workspaceName: 'neighbour', scopes: ['read', 'run', 'manage'] });
  neighbour = openApiClient(system.url, key.apiKey);
  receiver = await openReceiver();
  silent = Array.from({ length: NEIGHBOURS }, () => createServer(() => undefined));
  await Promise.all(silent.map((server) => listenLocally(server, 0)));
});
afterAll(async () => {
  await system.close();
  await receiver.close();
  for (const server of silent) {
    server.close();
    server.closeAllConnections();
  }
});

async function launch(client: ApiClient, callbackUrl: string): Promise<string> {
  const body = { inputs: [{ country: 'MT' }], callback: { url: callbackUrl } };
  return (await client.ask('runAsync', { params: { action: 'search-cities' }, body })).body.run_uid;
}

const callbacksOf = (run: string) => neighbour.all('listRunCallbacks', { params: { run_uid: run } });

it('receivers of a neighbour that never answer hold up no callback of another workspace', async () => {
  const hanging = await Promise.all(silent.map((server) => launch(neighbour, urlOf(server))));
  await until('a callback of the neighbour put off for its share', async () => {
    for (const run of hanging) {
      const putOff = (await callbacksOf(run)).find(({ status_reason: reason }) =>
        /limit of unanswered callbacks/.test(reason ?? ''),
      );
      if (putOff !== undefined) return putOff;
    }
    return null;
  });
  await launch(api, receiver.url);
  await receiver.until((requests) => requests.some(({ body }) => body.includes('"run.finished"')));
  const theirs = await Promise.all(hanging.map((uid) => callbacksOf(uid)));
  expect(theirs.flat().filter(({ status }) => status === 'SUCCESS')).toEqual([]);
});
