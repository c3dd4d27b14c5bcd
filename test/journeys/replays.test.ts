import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

/** Pages of the run: with its end, more callbacks than go out in one group. */
const PAGES = 30;
/** How often the replay is asked for at once. */
const TIMES = 4;

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;
let aheadMs = 0;

beforeAll(async () => {
  system = await startLocalSystem({ chaos: null, now: () => Date.now() + aheadMs });
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

/** Lets the function of callbacks fail before it posts anything; gives what takes that back. */
function holdCallbacks(): () => void {
  const { runtime } = system;
  const key = runtime.accessKeyIdOf('trireme-local-callback');
  const fn = runtime.plan.functions.find(({ name }) => name === 'trireme-local-callback');
  const statements = runtime.plan.roles.find(({ arn }) => arn === fn?.roleArn)?.statements ?? [];
  const denied = { Effect: 'Deny', Action: 'dynamodb:GetItem', Resource: '*' } as const;
  runtime.gateway.setStatements(key, [...statements, denied]);
  return () => runtime.gateway.setStatements(key, statements);
}

it('a replay of a run that is asked for four times at once is one replay', async () => {
  const body = {
    inputs: Array.from({ length: PAGES }, () => ({ country: 'MC' })),
    callback: { url: receiver.url },
  };
  const params = { run_uid: (await api.ask('runAsync', { params: { action: 'search-cities' }, body })).body.run_uid };
  const taken = await receiver.untilComplete(params.run_uid);
  expect(taken).toHaveLength(PAGES + 1);
  const records = () => api.all('listRunCallbacks', { params });
  const settled = (count: number) =>
    until(`${count} callbacks delivered`, async () => {
      const all = await records();
      return all.length === count && all.every(({ status }) => status === 'SUCCESS') ? all : null;
    });
  await settled(taken.length);
  const before = receiver.requests.length;

  // Held, so that what a replay sends is under way for as long as this machine takes to ask four times.
  const goOn = holdCallbacks();
  const path = `/v1/runs/${params.run_uid}/callbacks/replay`;
  const answers = await Promise.all(
    Array.from({ length: TIMES }, () => api.send('POST', path, { body: { status: ['SUCCESS'] } })),
  );
  const refused = answers.filter(({ status }) => status !== 202);
  expect(refused.length).toBeGreaterThan(0);
  for (const { status, body: told } of refused)
    expect([status, told]).toMatchObject([
      409,
      { error_label: 'INVALID_STATE', params: { until: expect.any(String) } },
    ]);
  // One that came when the first was over found nothing left to replay.
  const replayed = answers.flatMap(({ status, body: told }) => (status === 202 ? [told] : []));
  expect(replayed).toContainEqual({ replayed: taken.length });
  expect(replayed.filter((one) => JSON.stringify(one) !== '{"replayed":0}')).toHaveLength(1);

  goOn();
  aheadMs += 400_000; // past the queue's visibility
  const all = await settled(2 * taken.length);
  const ofReplays = all.flatMap(({ parent_uid: parent, callback_ref_uid: ref }) => (parent === null ? [] : [ref]));
  expect(new Set(ofReplays).size).toBe(taken.length);
  const came = receiver.requests.slice(before).map(({ headers }) => String(headers['webhook-id']));
  expect(new Set(came)).toEqual(new Set(ofReplays));
  expect(receiver.of(params.run_uid)).toHaveLength(taken.length); // the same bytes under the same ids
  // Once each; only a receiver that this machine lets wait for 0.6 s may be asked again.
  expect(came.length).toBeLessThan(2 * taken.length);
});
