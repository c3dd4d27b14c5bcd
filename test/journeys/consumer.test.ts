import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { shareLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;
/** Of a workspace that may make two calls at once, then one in a quarter of an hour: however slow the machine, ten are too many. */
let slowKey: string;

beforeAll(async () => {
  system = await shareLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
  const { limits } = openStage(addressOf(system.runtime));
  const issued = await system.newKey({ workspace: 'slow', scopes: ['manage', 'run'] });
  slowKey = issued.apiKey;
  await limits.set(issued.workspace.uid, { rates: { launch: { perSecond: 0.001, burst: 2 } } });
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

describe('a careful consumer', () => {
  const action = 'search-cities';
  let runUid = '';

  it('launches twice under one key and has one run, which it waits for in one call', async () => {
    const asked = {
      params: { action },
      headers: { 'idempotency-key': 'order 17' },
      body: { inputs: [{ country: 'MC' }, { country: 'AD' }], callback: { url: receiver.url } },
    };
    const [first, again] = [await api.ask('runAsync', asked), await api.ask('runAsync', asked)];
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('x-ratelimit-type')).toBe('launch');
    const other = await api.refused('runAsync', { ...asked, body: { inputs: [{ country: 'MC' }] } });
    expect(other.body.error_label).toBe('IDEMPOTENCY_MISMATCH');
    runUid = first.body.run_uid;
    const ended = await api.ask('getRun', { params: { run_uid: runUid }, query: '?wait=25' });
    expect(ended.body).toMatchObject({ status: 'SUCCEEDED', inputs: { total: 2, succeeded: 2 } });
  });

  it('exports what came of it', async () => {
    const answer = await fetch(`${system.url}/v1/runs/${runUid}/outputs`, {
      headers: { 'x-api-key': system.apiKey, accept: 'text/csv' },
    });
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await answer.text()).trimEnd().split('\r\n');
    const { body } = await api.ask('getRun', { params: { run_uid: runUid } });
    expect(lines).toHaveLength(1 + body.output_count);
  });

  it("has callbacks that the standard's own library verifies, too", async () => {
    const webhook = new Webhook(system.signingSecret);
    await receiver.until((requests) => requests.length > 0);
    for (const { headers, body } of receiver.requests) {
      webhook.verify(body, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
    }
  });

  it('has its callbacks sent once more, with the same bytes', async () => {
    const callbacks = await receiver.untilComplete(runUid);
    const before = receiver.requests.length;
    const asked = { params: { run_uid: runUid }, body: { status: ['SUCCESS'] } };
    expect((await api.ask('replayRunCallbacks', asked)).body).toEqual({ replayed: callbacks.length });
    await receiver.until(() => receiver.requests.length >= before + callbacks.length);
    expect(receiver.of(runUid)).toHaveLength(callbacks.length);
    const finished = callbacks.find(({ type }) => type === 'run.finished')?.callback_ref_uid ?? '';
    const replay = await api.ask('replayCallback', { params: { callback_uid: finished } });
    expect(replay.body).toMatchObject({ parent_uid: finished, callback_ref_uid: finished });
    await receiver.until(() => receiver.requests.length > before + callbacks.length);
    const read = await api.ask('getCallback', { params: { callback_uid: replay.body.uid } });
    expect(read.body.callback_ref_uid).toBe(finished);
  });

  it('is told when it asks too much, and until when', async () => {
    const impatient = openApiClient(system.url, slowKey, { impatient: true });
    // Its limit may be seen a minute after it was set. The run is another's.
    const refused = await until('calls that are too many', async () => {
      const calls = Array.from({ length: 10 }, () => impatient.refused('cancelRun', { params: { run_uid: runUid } }));
      const answers = await Promise.all(calls);
      const refused = answers.filter(({ status }) => status === 429);
      expect(answers.filter(({ status }) => status === 404)).toHaveLength(10 - refused.length);
      return refused.length === 0 ? null : refused;
    });
    for (const { headers, body } of refused) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(1_000);
      expect(headers.get('x-ratelimit-remaining')).toBe('0');
      expect(body).toMatchObject({ error_label: 'LIMIT_REACHED', params: { postponed_until: expect.any(String) } });
    }
  });
});
