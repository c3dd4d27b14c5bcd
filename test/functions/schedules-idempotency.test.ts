import { expect, test } from 'vitest';
import { createReadingHarness, START } from './runs-harness.ts';

const PATH = '/v1/actions/numbered-pages/run/schedule';
const headers = { 'idempotency-key': 'k' };

/** A harness whose messages are lost until told otherwise: what was written by then stands. */
async function createBrokenHarness() {
  const harness = await createReadingHarness();
  const { send } = harness.ports.messages;
  harness.ports.messages.send = () => Promise.reject(new Error('cut off'));
  return { ...harness, mend: () => (harness.ports.messages.send = send) };
}

test('a schedule that was made and not answered is answered to its key, though its moment has passed by then', async () => {
  const harness = await createBrokenHarness();
  const body = { inputs: [{ pages: 1, per_page: 1 }], schedule_at: new Date(START + 30_000).toISOString() };
  const first = await harness.call('POST', PATH, { headers, body });
  expect(first.status).toBe(500);
  harness.mend();
  harness.time.now += 120_000;
  const second = await harness.call('POST', PATH, { headers, body });
  expect(second).toMatchObject({ status: 201, headers: { 'Idempotency-Replayed': 'true' } });
  const { rows } = await harness.follow('/v1/schedules');
  expect(rows).toMatchObject([{ uid: (second.body as { uid: string }).uid }]); // cast: held against the schema
  expect((await harness.call('POST', PATH, { body })).status).toBe(400);
});

test('an answer that was given stays the same for its key, whatever became of the schedule', async () => {
  const harness = await createReadingHarness();
  const body = { inputs: [{ pages: 1, per_page: 1 }], cron: '0 9 * * *' };
  const first = await harness.call('POST', PATH, { headers, body });
  const { uid } = first.body as { uid: string }; // cast: held against the schema
  await harness.call('POST', `/v1/schedules/${uid}/pause`, { body: {} });
  expect((await harness.call('POST', PATH, { headers, body })).body).toEqual(first.body);
});

test('a trigger that started its run and was not answered is answered to its key, though the schedule is deleted', async () => {
  const harness = await createReadingHarness();
  const created = await harness.call('POST', PATH, {
    body: { inputs: [{ pages: 1, per_page: 1 }], cron: '0 9 1 1 *' },
  });
  const { uid } = created.body as { uid: string }; // cast: held against the schema
  const { send } = harness.ports.messages;
  harness.ports.messages.send = () => Promise.reject(new Error('cut off'));
  expect((await harness.call('POST', `/v1/schedules/${uid}/trigger`, { headers, body: {} })).status).toBe(500);
  harness.ports.messages.send = send;
  await harness.call('POST', `/v1/schedules/${uid}/cancel`, { body: {} });
  const again = await harness.call('POST', `/v1/schedules/${uid}/trigger`, { headers, body: {} });
  expect(again).toMatchObject({ status: 202, body: { scheduled_run_uid: uid } });
});
