import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { createWebhookHandler, type Notification } from '../../shared/client/webhook.ts';
import { NOTIFICATION_TYPES } from '../../shared/domain/notification.ts';
import { changed } from '../../shared/domain/schedule.ts';
import { systemClock } from '../../shared/process/system.ts';
import { createDueStore } from '../../shared/storage/due-store.ts';
import { createScheduleStore } from '../../shared/storage/schedule-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { type ApiClient, openApiClient } from '../support/api-client.ts';
import { type LocalTestSystem, openReceiver, type Receiver, shareLocalSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

/*
 * Events that come by the clock alone. What would take longer than the minute that the API asks for at least is brought
 * near in the table; `schedule.skipped`, which takes three minutes, is told in test/engine/notifications.test.ts.
 */

let system: LocalTestSystem;
let api: ApiClient;
let receiver: Receiver;
let table: Table;
let isBack = false;

beforeAll(async () => {
  system = await shareLocalSystem({ hasChaos: false });
  api = openApiClient(system.url, system.apiKey);
  receiver = await openReceiver(({ path }) => {
    if (path === '/hang') return { status: 204, afterMs: 600_000 };
    return { status: path === '/flaky' && !isBack ? 503 : 204 };
  });
  const { client, tableName } = addressOf(system.runtime);
  table = new Table(new DynamoDBClient(client), tableName, systemClock);
  await api.ask('putNotifications', { body: { url: urlOf('/pager'), on: [...NOTIFICATION_TYPES] } });
});
afterAll(async () => {
  await system.close();
  await receiver.close();
});

const urlOf = (path: string): string => new URL(path, receiver.url).href;

/** The first notification of a type that came, its signature verified. Sweeps are asked for meanwhile. */
async function notified<Type extends Notification['type']>(type: Type): Promise<Notification & { type: Type }> {
  const request = await until(`the notification ${type}`, async () => {
    await system.runtime.invoke('Sweep', {});
    await pause(1_000);
    return receiver.requests.find(({ path, body }) => path === '/pager' && body.includes(`"type":"${type}"`)) ?? null;
  });
  const taken: Notification[] = [];
  const take = (notification: Notification) => void taken.push(notification);
  const handler = createWebhookHandler({
    secrets: [system.signingSecret],
    seen: new Set(),
    on: Object.fromEntries(NOTIFICATION_TYPES.map((one) => [one, take])),
  });
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await handler(new Request(urlOf('/pager'), { method: 'POST', headers, body: request.body }));
  expect(answer.status).toBe(204);
  return taken[0] as Notification & { type: Type }; // cast: found by its type
}

describe.concurrent('a workspace is notified of', () => {
  it('a run that was stopped at its deadline', async () => {
    const body = { inputs: [{ url: urlOf('/hang') }], deadline_seconds: 60, name: 'endless' };
    const { uid } = (await api.ask('runAsync', { params: { action: 'http-request' }, body })).body;
    await until('the run to be past its deadline', async () => {
      await pause(1_000);
      const { started_at: startedAt } = (await api.ask('getRunStatus', { params: { run_uid: uid } })).body;
      return startedAt !== null && Date.parse(startedAt) + 61_000 < Date.now() ? true : null;
    });
    await createDueStore(table).putDue({ at: Date.now(), kind: 'watch', uid }); // its check would come a minute later
    expect(await notified('run.stopped_by_deadline')).toMatchObject({
      run: { run_uid: uid, name: 'endless', status: 'STOPPED' },
      deadline_seconds: 60,
    });
  });

  it('a receiver that is away, and that it is back', async () => {
    const inputs = ['AD', 'LI', 'MC', 'SM', 'VA', 'MT'].map((country) => ({ country }));
    const body = { inputs, callback: { url: urlOf('/flaky') } };
    const { uid } = (await api.ask('runAsync', { params: { action: 'search-cities' }, body })).body;
    // The times of both may differ by the moment between two workers that found it away.
    expect(await notified('receiver.away')).toMatchObject({ receiver: { url: urlOf('/flaky'), is_host: false } });
    isBack = true;
    expect(await notified('receiver.back')).toMatchObject({ receiver: { url: urlOf('/flaky'), is_host: false } });
    await until('what waited to be delivered', async () => {
      const { pending } = (await api.ask('getRun', { params: { run_uid: uid } })).body.callbacks;
      return pending === 0 ? true : null;
    });
  });

  it('a time of a schedule that was missed', async () => {
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const body = { inputs: [{ country: 'AD' }], schedule_at: at, catch_up_seconds: 0, name: 'once' };
    const { uid } = (await api.ask('runSchedule', { params: { action: 'search-cities' }, body })).body;
    const params = { scheduled_run_uid: uid };
    await api.ask('pauseSchedule', { params });
    const passed = Math.floor(Date.now() / 1_000) * 1_000 - 600_000;
    const schedules = createScheduleStore(table);
    await until('the time to have passed', async () => {
      const schedule = await schedules.readSchedule(uid);
      if (schedule === null) throw new Error('There is no schedule.');
      const next = changed(schedule, Date.now(), { scheduleAt: passed });
      return (await schedules.replaceSchedule(next)) ? true : null;
    });
    await api.ask('resumeSchedule', { params });
    expect(await notified('schedule.missed')).toMatchObject({
      schedule: { scheduled_run_uid: uid, name: 'once' },
      fire: { nominal_at: new Date(passed).toISOString(), outcome: 'MISSED', reason: { code: 'TOO_LATE' } },
    });
  });
});
