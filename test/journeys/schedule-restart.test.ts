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
/** Names of the entries that the stand-in of EventBridge holds. */
async function entriesOf({ runtime }: LocalTestSystem): Promise<readonly string[]> {
  const asked = { method: 'GET', path: '/schedules', query: '', body: '' };
  const { body } = await runtime.services.scheduler.handle(asked);
  return Entries.parse(JSON.parse(body)).Schedules.map(({ Name }) => Name);
}

const Entries = z.object({ Schedules: z.array(z.object({ Name: z.string() })) });
const of = (uid: string) => ({ params: { scheduled_run_uid: uid } });

it('schedules and what EventBridge holds of them outlive the system; a time that passed meanwhile fires', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'schedules-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const first = await startLocalSystem({ dataDir, chaos: null });
  const launch = (body: object) =>
    openApiClient(first.url, first.apiKey).ask('runSchedule', { params: { action: 'search-cities' }, body });
  const at = Date.now() + 10_000; // one within seconds has no entry
  const { body: single } = await launch({ inputs, schedule_at: new Date(at).toISOString() });
  const { body: yearly } = await launch({ inputs, cron: '0 9 1 1 *', timezone: 'Europe/Berlin' });
  await until('both entries', async () => ((await entriesOf(first)).length === 2 ? true : null));
  await first.close();
  await pause(Math.max(0, at + 1_000 - Date.now()));

  const second = await startLocalSystem({ dataDir, chaos: null });
  onTestFinished(() => second.close());
  const api = openApiClient(second.url, second.apiKey);
  const { scheduled_run_uid: _, ...made } = yearly;
  expect((await api.ask('getSchedule', of(made.uid))).body).toEqual(made);
  expect(await entriesOf(second)).toContain(`${made.uid}-1-0`);
  await until('COMPLETED', async () =>
    (await api.ask('getSchedule', of(single.uid))).body.status === 'COMPLETED' ? true : null,
  );
  expect((await api.ask('listFires', of(single.uid))).body).toMatchObject([{ cause: 'once', outcome: 'FIRED' }]);
});
