import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiClient } from '../support/api-client.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { openCallbackReceiver } from '../support/receiver.ts';
import type { CallbackReceiver } from '../support/receiver.ts';

let system: LocalTestSystem;
let api: ApiClient;
let receiver: CallbackReceiver;

beforeAll(async () => {
  system = await startLocalSystem();
  api = openApiClient(system.url, system.apiKey);
  receiver = await openCallbackReceiver(system.signingSecret);
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
    // 20 at once and 10 a second: however slow the machine, 80 are too many; those let through are 409, it has ended.
    const impatient = openApiClient(system.url, system.apiKey, { impatient: true });
    const calls = Array.from({ length: 80 }, () => impatient.refused('cancelRun', { params: { run_uid: runUid } }));
    const answers = await Promise.all(calls);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(80 - refused.length);
    expect(refused.length).toBeLessThan(80);
    for (const { headers, body } of refused) {
      expect(headers.get('retry-after')).toBe('1');
      expect(headers.get('x-ratelimit-remaining')).toBe('0');
      expect(body).toMatchObject({ error_label: 'LIMIT_REACHED', params: { postponed_until: expect.any(String) } });
    }
  });
});
