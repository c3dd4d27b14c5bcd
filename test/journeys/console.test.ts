import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../shared/process/system.ts';
import { issueKey } from '../../infra/admin/issue-key.ts';
import { openStage } from '../../infra/admin/stage-access.ts';
import { addressOf } from '../../infra/local/start/prepare-access.ts';
import { faultsOfAccess, keepPicture } from '../support/console-browser.ts';
import { type ConsoleJourney, isShown, openConsoleJourney } from '../support/console-journey.ts';
import { findChromium } from '../support/find-chromium.ts';
import { openReceiver } from '../support/local-system.ts';
import { until } from '../support/until.ts';
import type { Notifications as Target } from '../../shared/client/trireme.ts';

describe.skipIf(findChromium() === null)('in a browser', () => {
  let journey: ConsoleJourney;
  let system: ConsoleJourney['system'];
  let browser: ConsoleJourney['browser'];
  let created: ConsoleJourney['created'];
  let launch: ConsoleJourney['launch'];
  let ended: ConsoleJourney['ended'];
  beforeAll(async () => {
    journey = await openConsoleJourney();
    ({ system, browser, created, launch, ended } = journey);
  });
  afterAll(() => journey?.close());

  test('the printed link leads to a run, its results and their CSV on disk, and keeps no key', async () => {
    const page = await browser.open(system.apiKey);
    await isShown(page, 'No runs yet');
    expect(page.url()).toBe(`${system.url}/console`);
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.getByLabel('Action').selectOption('search-cities');
    await page.getByLabel('country').fill('malta');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await isShown(page, /must be an ISO 3166 alpha-2 code/);
    await page.getByLabel('country').fill('MT');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('cities of Malta');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('heading', { name: /cities of Malta\s*Succeeded/ }).waitFor();
    await page.getByRole('cell', { name: 'Valletta' }).first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const uid = new URL(page.url()).pathname.split('/').at(-1);
    const csv = await system.call('GET', `/v1/runs/${uid}/outputs`, undefined, { accept: 'text/csv' });
    expect(await readFile(await download.path(), 'utf8')).toBe(await csv.text());
    expect(download.suggestedFilename()).toMatch(/^cities-of-Malta-.*\.csv$/);
  });

  test('a receiver that refuses is found by what it answered, and has its callback once it is mended', async () => {
    let isMended = false;
    const receiver = await openReceiver(() => (isMended ? { status: 204 } : { status: 410, body: 'moved out' }));
    const { uid } = await launch({ inputs: [{ country: 'AD' }], callback: { url: receiver.url, on: 'final' } });
    await ended(uid);
    const page = await browser.open(system.apiKey, '/console/callbacks');
    await page.getByRole('link', { name: 'run.finished' }).click();
    await isShown(page, 'moved out');
    await page.getByLabel('Body, byte for byte').waitFor();
    expect(await page.getByLabel('Body, byte for byte').textContent()).toBe(receiver.requests[0]?.body.toString());
    await isShown(page, /webhook-signature: v1,/);
    isMended = true;
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('heading', { name: /run\.finished\s*Delivered/ }).waitFor();
    expect(receiver.requests.at(-1)?.body.equals(receiver.requests[0]?.body ?? Buffer.alloc(0))).toBe(true);
    await receiver.close();
  });

  test('a schedule shows the times that a change of the clocks leaves out, and is paused and deleted', async () => {
    const page = await browser.open(system.apiKey, '/console/new?action=search-cities&mode=schedule');
    await page.getByLabel('country').fill('LU');
    await page.getByLabel('Cron expression').fill('61 * * * *');
    await isShown(page, /61 is out of range/);
    await page.getByLabel('Cron expression').fill('30 2 * 3 0');
    await page.getByLabel('Time zone').fill('Europe/Amsterdam');
    await isShown(page, /skipped: the clocks go forward/);
    await page.getByRole('button', { name: 'Create the schedule' }).click();
    await changeSchedule(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('heading', { name: /Paused/ }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the schedule' }).click();
    await page.getByRole('heading', { name: /Cancelled/ }).waitFor();
  });

  /** From the screen of a schedule, and back to it. */
  async function changeSchedule(page: Page): Promise<void> {
    await page.getByRole('link', { name: 'Change' }).click();
    await page.getByLabel('Cron expression').fill('61 * * * *');
    await page.getByRole('button', { name: 'Save the changes' }).click();
    await isShown(page, /61 is out of range/);
    await page.getByLabel('Cron expression').fill('30 2 * * *');
    await page.getByLabel('country').fill('Nowhere');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('two thirty');
    await isShown(page, 'Changed: inputs, cron, name.');
    await page.getByRole('button', { name: 'Save the changes' }).click();
    await isShown(page, /must be an ISO 3166 alpha-2 code/);
    await page.getByLabel('country').fill('MT');
    await page.getByRole('button', { name: 'Save the changes' }).click();
    await page.getByRole('heading', { name: /two thirty\s*Active/ }).waitFor();
    const uid = new URL(page.url()).pathname.split('/').at(-1);
    const changed = await system.call('GET', `/v1/schedules/${uid}`);
    expect(await changed.json()).toMatchObject({
      name: 'two thirty',
      cron: '30 2 * * *',
      timezone: 'Europe/Amsterdam',
      inputs: [{ country: 'MT' }],
    });
  }

  test('a CSV says which of its rows are wrong, and runs without them', async () => {
    const rows = Array.from({ length: 1_000 }, (_, row) => (row % 400 === 4 ? 'Nowhere' : 'AD'));
    const page = await browser.open(system.apiKey, '/console/new?action=search-cities');
    await page.getByText('Many inputs').click();
    await page.getByLabel('Inputs as CSV').fill(['country,row', ...rows.map((row, at) => `${row},${at}`)].join('\n'));
    await isShown(page, '1,000 inputs; the first 5:');
    await page.getByRole('button', { name: 'Check only' }).click();
    await isShown(page, '997 valid, 3 invalid.');
    for (const row of ['Row 5:', 'Row 405:', 'Row 805:']) await isShown(page, row);
    await page.getByLabel('Inputs that are not valid').selectOption('skip');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('heading', { name: /Partly failed/ }).waitFor();
    await page.getByRole('tab', { name: 'Inputs' }).click();
    await page.getByRole('button', { name: 'Failed', exact: true }).click();
    await page.getByRole('cell', { name: '{"country":"Nowhere"}' }).nth(2).waitFor();
    expect(await page.getByRole('row').count()).toBe(1 + 3);
  });

  test('a key sees what it may, and one that is deleted leads back to the question for a key', async () => {
    const reader = await created('/v1/keys', { label: 'reader', scopes: ['read'] });
    const page = await browser.open(reader.key, '/console/actions');
    await page.getByRole('link', { name: 'Search cities' }).waitFor();
    expect(await page.getByRole('link', { name: 'New run' }).count()).toBe(0);
    await system.call('DELETE', `/v1/keys/${reader.uid}`);
    await page.getByRole('link', { name: 'Schedules' }).click(); // no process of this function knows the key yet
    await isShown(page, 'unknown or revoked');
    await page.getByLabel('API key').fill(system.apiKey);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Schedules' }).waitFor();
  });

  test('another workspace sees none of this', async () => {
    const { uid } = await launch({ name: 'not yours', inputs: [{ country: 'AD' }] });
    const { workspaces, keys } = openStage(addressOf(system.runtime));
    const ports = { workspaces, keys, random: systemRandom, clock: systemClock };
    const { apiKey } = await issueKey(ports, { workspaceName: 'neighbour' });
    const page = await browser.open(apiKey);
    await isShown(page, 'No runs yet');
    await page.goto(`${system.url}/console/runs/${uid}`);
    await isShown(page, 'Not found.');
    expect(await page.getByText('not yours').count()).toBe(0);
  });

  test('many runs are counted before anything is done to them', async () => {
    const at = new Date(Date.now() + 86_400_000).toISOString();
    for (let run = 0; run < 2; run += 1) await launch({ tags: ['bulk'], inputs: [{ country: 'AD' }], schedule_at: at });
    const page = await browser.open(system.apiKey, '/console/runs?tag=bulk');
    await isShown(page, 'Scheduled');
    await page.getByRole('button', { name: 'Act on all of these' }).click();
    await page.getByLabel('Cancel', { exact: true }).check();
    await page.getByRole('button', { name: 'Count them' }).click();
    await page.getByRole('button', { name: 'Do it to 2 runs' }).click();
    await isShown(page, /2 of 2\s+cancelled/);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('cell', { name: 'Stopped' }).nth(1).waitFor();
  });

  test('a workspace says in its settings what it is told of, and where', async () => {
    const page = await browser.open(system.apiKey, '/console/settings');
    await page.getByLabel('URL', { exact: true }).fill('http://127.0.0.1:9/told');
    await page.getByLabel('Headers').fill('no header');
    await page.getByRole('button', { name: 'Notify', exact: true }).click();
    await isShown(page, /is not a header name/);
    await page.getByLabel('Headers').fill('authorization: Bearer 5ca1ab1e');
    await page.getByLabel('a quota is reached').uncheck();
    await page.getByRole('button', { name: 'Notify', exact: true }).click();
    await page.getByRole('button', { name: 'Notify no more' }).waitFor();
    const kept = await system.call('GET', '/v1/notifications');
    expect(await kept.json()).toMatchObject({
      url: 'http://127.0.0.1:9/told',
      on: expect.not.arrayContaining(['quota.reached']),
      has_headers: true,
    });
    await page.getByLabel('a run failed').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await until('the changed notifications', async () => {
      const { on, has_headers: hasHeaders } = (await (await system.call('GET', '/v1/notifications')).json()) as Target;
      return on.includes('run.failed') ? null : hasHeaders;
    }).then((hasHeaders) => expect(hasHeaders).toBe(true));
    await page.getByRole('button', { name: 'Notify no more' }).click();
    await page.getByRole('button', { name: 'Notify', exact: true }).waitFor();
    expect((await system.call('GET', '/v1/notifications')).status).toBe(404);
  });

  test.each(['light', 'dark'] as const)('every screen in %s is fit for all who read it', async (colorScheme) => {
    const run = await launch({
      name: 'weekly cities',
      tags: ['weekly'],
      on_invalid_input: 'skip',
      inputs: [{ country: 'LU' }, { country: 'Nowhere' }, { country: 'MT' }],
    });
    await ended(run.uid);
    const schedule = await created('/v1/actions/search-cities/run/schedule', {
      name: 'every six hours',
      inputs: [{ country: 'LU' }],
      cron: '0 */6 * * *',
      timezone: 'Europe/Amsterdam',
    });
    const paths: Readonly<Record<string, readonly [string, string]>> = {
      runs: ['/runs', 'weekly cities'],
      run: [`/runs/${run.uid}`, 'Alzingen'],
      inputs: [`/runs/${run.uid}?tab=inputs`, 'Nowhere'],
      new: ['/new?action=search-cities', 'Start the run'],
      many: ['/new?action=extract-json-api&mode=live', 'Call'],
      schedules: ['/schedules', 'every six hours'],
      schedule: [`/schedules/${schedule.uid}`, 'Four weeks'],
      callbacks: ['/callbacks', 'Try a receiver'],
      actions: ['/actions', 'Search cities'],
      action: ['/actions/search-cities', 'Results a page'],
      settings: ['/settings', 'Signing secret'],
      key: ['/runs', 'Open the console'],
    };
    const page = await browser.open(system.apiKey, '/console', { colorScheme, reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const [screen, [path, text]] of Object.entries(paths)) {
      if (screen === 'key') await page.getByRole('button', { name: 'Use another key' }).click();
      else await page.goto(`${system.url}/console${path}`);
      await isShown(page, text);
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      await keepPicture(page, `${screen}-${colorScheme}`);
      found.push(...(await faultsOfAccess(page)).map((fault) => `${screen}: ${fault}`));
    }
    expect(found).toEqual([]);
  });

  test('nothing is wider than a phone, and no page had a fault or broke its policy', async () => {
    const page = await browser.open(system.apiKey, '/console', { viewport: { width: 360, height: 740 } });
    for (const path of ['/runs', '/new', '/schedules', '/callbacks', '/actions/search-cities', '/settings']) {
      await page.goto(`${system.url}/console${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await keepPicture(page, `phone${path.replaceAll('/', '-')}`);
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(360);
    }
    expect(browser.faults).toEqual([]);
  });
});
