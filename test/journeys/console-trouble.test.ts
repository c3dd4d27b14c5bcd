import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOfAccess, keepPicture } from '../support/console-browser.ts';
import { type ConsoleJourney, isShown, openConsoleJourney } from '../support/console-journey.ts';
import { findChromium } from '../support/find-chromium.ts';
import { openReceiver } from '../support/local-system.ts';

const TROUBLES: readonly (readonly [string, string, (route: Route) => Promise<void>])[] = [
  ['is away', 'The API does not answer.', (route) => route.abort()],
  [
    'limits',
    'A limit is reached.',
    (route) => route.fulfill({ status: 429, headers: { 'retry-after': '3' }, body: '{"message":"Too Many Requests"}' }),
  ],
  ['fails', 'The API failed.', (route) => route.fulfill({ status: 500, body: '{"message":"Internal Server Error"}' })],
  ['answers what is no JSON', 'The API failed.', (route) => route.fulfill({ status: 502, body: '<html>' })],
];

const SCREENS: readonly (readonly [path: string, asked: string, shown: string])[] = [
  ['/runs', '**/v1/runs?*', 'No runs yet'],
  ['/schedules', '**/v1/schedules?*', 'No schedules yet'],
  ['/callbacks', '**/v1/runs/callbacks?*', 'No callback is failed'],
  ['/actions', '**/v1/actions', 'Search cities'],
  ['/new', '**/v1/actions', 'Start the run'],
  ['/settings', '**/v1/usage?*', 'Nothing was used in the last 30 days'],
];

describe.skipIf(findChromium() === null)('the console where something is wrong', () => {
  let journey: ConsoleJourney;
  beforeAll(async () => {
    journey = await openConsoleJourney();
  });
  afterAll(() => journey?.close());

  test('an empty workspace says on every screen what it is for and what to do next', async () => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey);
    for (const [path, , shown] of SCREENS) {
      await page.goto(`${system.url}/console${path}`);
      await isShown(page, shown);
      await keepPicture(page, `empty${path.replaceAll('/', '-')}`);
    }
    await page.goto(`${system.url}/console/runs`);
    await page.getByRole('link', { name: 'Start the first' }).click();
    await page.getByRole('heading', { name: 'New run' }).waitFor();
  });

  test.each(TROUBLES)('an API that %s is told, and the page goes on by itself', async (name, told, answer) => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey, '/console/nothing');
    await page.route('**/v1/runs?*', answer);
    await page.goto(`${system.url}/console/runs`);
    await isShown(page, told);
    await keepPicture(page, `trouble-${name.replaceAll(' ', '-')}`);
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.unrouteAll();
    await isShown(page, 'No runs yet');
    await page.getByText(told).first().waitFor({ state: 'detached' });
  });

  test.each(SCREENS)('%s tells that the API is away, and goes on when it is asked to', async (path, asked, shown) => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey, '/console/nothing');
    await page.route(asked, (route) => route.abort());
    await page.goto(`${system.url}/console${path}`);
    await isShown(page, 'The API does not answer.');
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await isShown(page, shown);
    await page.getByText('The API does not answer.').first().waitFor({ state: 'detached' });
  });

  test('an API that is away when the page begins is waited for', async () => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey);
    await page.route('**/v1/me', (route) => route.abort());
    await page.reload();
    await isShown(page, 'The API does not answer.');
    await page.unrouteAll();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
  });

  test('an API that is slow is waited for, and said to be', async () => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey, '/console/actions');
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/runs?*', async (route) => {
      await asked;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await isShown(page, 'The API is slow to answer');
    await keepPicture(page, 'slow');
    answer();
    await isShown(page, 'No runs yet');
  });

  test('what was read stays while a later read fails', async () => {
    const { system, browser, launch, ended } = journey;
    const { uid } = await launch({ name: 'stays', inputs: [{ country: 'AD' }] });
    await ended(uid);
    const page = await browser.open(system.apiKey);
    await isShown(page, 'stays');
    await page.route('**/v1/runs?*', (route) => route.fulfill({ status: 500, body: '{}' }));
    await isShown(page, 'The API failed.');
    await page.getByRole('link', { name: 'stays' }).waitFor();
    await page.unrouteAll();
    await page.getByText('The API failed.').waitFor({ state: 'detached' });
  });

  test('an action whose schema no form can show takes JSON', async () => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey, '/console/nothing');
    await page.route('**/v1/actions', async (route) => {
      const response = await route.fetch();
      const actions = (await response.json()) as { input_schema: object }[];
      const changed = actions.map((action) => ({
        ...action,
        input_schema: { anyOf: [action.input_schema, { type: 'object' }] },
      }));
      await route.fulfill({ response, json: changed });
    });
    await page.goto(`${system.url}/console/new?action=search-cities`);
    const box = page.getByLabel('Input as JSON');
    await box.fill('{"country":');
    await isShown(page, /is no JSON/);
    expect(await page.getByRole('button', { name: 'Start the run' }).isDisabled()).toBe(true);
    await box.fill('{"country":"Nowhere"}');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await isShown(page, /must be an ISO 3166 alpha-2 code/);
    await box.fill('{"country":"MT"}');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('heading', { name: /Succeeded/ }).waitFor();
  });

  test('a receiver that is away is told with how many callbacks wait for it and what it answered', async () => {
    const { system, browser, launch, ended } = journey;
    const receiver = await openReceiver(() => ({ status: 503, body: 'closed for today' }));
    const { uid } = await launch({ inputs: [{ country: 'AD' }, { country: 'MT' }], callback: { url: receiver.url } });
    await ended(uid);
    const page = await browser.open(system.apiKey, '/console/callbacks');
    const row = page.getByRole('region', { name: 'Receivers that fail' }).getByRole('row').nth(1);
    await row.getByText(receiver.url).waitFor();
    await row.getByRole('link', { name: 'HTTP 503' }).click();
    await isShown(page, 'closed for today');
    await receiver.close();
  });

  test('an address that leads nowhere says so, and a run that is not there', async () => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey, '/console/nothing');
    await isShown(page, 'Nothing is at this address.');
    for (const kind of ['runs', 'schedules', 'callbacks']) await isMissing(page, `${system.url}/console/${kind}`);
    await page.goto(`${system.url}/console/runs?status=NONSENSE`);
    await isShown(page, 'Refused.');
    await page.goto(`${system.url}/console/runs?after=yesterday`);
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    expect(browser.faults).toEqual([]);
  });

  async function isMissing(page: Page, url: string): Promise<void> {
    await page.goto(`${url}/01234567-89ab-8cde-8f01-23456789abcd`);
    await isShown(page, 'Not found.');
    await page.goto(`${url}/no%2Fuid`);
    await page.getByRole('alert').first().waitFor();
  }
});
