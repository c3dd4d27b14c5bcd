import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { openApiClient } from '../support/api-client.ts';
import { startLocalSystem } from '../support/local-system.ts';
import type { LocalTestSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';

const inputs = [{ country: 'AD' }];
/** One within seconds has no entry. */
const SOON_MS = 10_000;

const Entries = z.object({ Schedules: z.array(z.object({ Name: z.string() })) });
const of = (uid: string) => ({ params: { scheduled_run_uid: uid } });

/** Names of the entries that the stand-in of EventBridge holds. */
async function entriesOf({ runtime }: LocalTestSystem): Promise<readonly string[]> {
  const asked = { method: 'GET', path: '/schedules', query: '', body: '' };
  const { body } = await runtime.services.scheduler.handle(asked);
  return Entries.parse(JSON.parse(body)).Schedules.map(({ Name }) => Name);
}

async function hasEntry(system: LocalTestSystem, uid: string): Promise<true | null> {
  return (await entriesOf(system)).some((name) => name.startsWith(uid)) ? true : null;
}

const launch = ({ url, apiKey }: LocalTestSystem, body: object) =>
  openApiClient(url, apiKey).ask('runSchedule', { params: { action: 'search-cities' }, body: { inputs, ...body } });

/** A schedule for one moment whose entry was seen before it came: on a slow machine, one for a later moment. */
async function scheduleOnce(system: LocalTestSystem): Promise<{ readonly at: number; readonly uid: string }> {
  for (let delayMs = SOON_MS; ; delayMs *= 2) {
    const at = Date.now() + delayMs;
    const { uid } = (await launch(system, { schedule_at: new Date(at).toISOString() })).body;
    const isSeen = await until('its entry, or its time', async () =>
      (await hasEntry(system, uid)) === true ? true : Date.now() < at ? null : false,
    );
    if (isSeen) return { at, uid };
  }
}

it('schedules and what EventBridge holds of them outlive the system; a time that passed meanwhile fires', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'schedules-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const first = await startLocalSystem({ dataDir, chaos: null });
  const { scheduled_run_uid: _, ...yearly } = (await launch(first, { cron: '0 9 1 1 *', timezone: 'Europe/Berlin' }))
    .body;
  await until('the entry of the yearly one', () => hasEntry(first, yearly.uid));
  const single = await scheduleOnce(first);
  await first.close();
  await pause(Math.max(0, single.at + 1_000 - Date.now()));

  const second = await startLocalSystem({ dataDir, chaos: null });
  onTestFinished(() => second.close());
  const api = openApiClient(second.url, second.apiKey);
  expect((await api.ask('getSchedule', of(yearly.uid))).body).toEqual(yearly);
  expect(await entriesOf(second)).toContain(`${yearly.uid}-1-0`);
  await until('COMPLETED', async () =>
    (await api.ask('getSchedule', of(single.uid))).body.status === 'COMPLETED' ? true : null,
  );
  expect((await api.ask('listFires', of(single.uid))).body).toMatchObject([{ cause: 'once', outcome: 'FIRED' }]);
});
