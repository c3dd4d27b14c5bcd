import type { Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { faultsOfAccess, keepPicture } from '../../support/console-browser.ts';
import { isShown, type Visit } from './visit.ts';

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

/** Where something is wrong, or not there yet. */
export function journeysOfTroubles(visit: () => Visit): void {
  test.each(SCREENS)(
    '%s tells that the API is away, and what to do where there is nothing yet',
    async (path, asked, shown) => {
      const { page, show } = visit();
      await page.route(asked, (route) => route.abort());
      await show(path);
      await isShown(page, 'The API does not answer.');
      await page.unrouteAll();
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await isShown(page, shown);
      await page.getByText('The API does not answer.').first().waitFor({ state: 'detached' });
      await keepPicture(page, `empty${path.replaceAll('/', '-')}`);
    },
  );

  test('an empty workspace leads to its first run', async () => {
    const page = await visit().show('/runs');
    await page.getByRole('link', { name: 'Start the first' }).click();
    await page.getByRole('heading', { name: 'New run' }).waitFor();
  });

  test('whatever is wrong with the API is told, and the page goes on by itself', async () => {
    const { page, show } = visit();
    for (const [name, told, answer] of TROUBLES) {
      await page.unrouteAll();
      await page.route('**/v1/runs?*', answer);
      await show('/runs');
      await isShown(page, told);
      await keepPicture(page, `trouble-${name.replaceAll(' ', '-')}`);
    }
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.unrouteAll();
    await isShown(page, 'No runs yet');
    await page.getByRole('alert').first().waitFor({ state: 'detached' });
  });

  test('an API that is away when the page begins is waited for', async () => {
    const { page, show } = visit();
    await page.route('**/v1/me', (route) => route.abort());
    await show('/runs');
    await isShown(page, 'The API does not answer.');
    await page.unrouteAll();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
  });

  test('an API that is slow is waited for, and said to be', async () => {
    const { page, show } = visit();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v1/runs?*', async (route) => {
      await asked;
      await route.continue();
    });
    await show('/runs');
    await isShown(page, 'The API is slow to answer');
    await keepPicture(page, 'slow');
    answer();
    await isShown(page, 'No runs yet');
  });

  test('an action whose schema no form can show takes JSON', async () => {
    const { page, show } = visit();
    await page.route('**/v1/actions', async (route) => {
      const response = await route.fetch();
      const actions = (await response.json()) as { input_schema: object }[];
      const changed = actions.map((action) => ({
        ...action,
        input_schema: { anyOf: [action.input_schema, { type: 'object' }] },
      }));
      await route.fulfill({ response, json: changed });
    });
    await show('/new?action=search-cities');
    const box = page.getByLabel('Input as JSON');
    await box.fill('{"country":');
    await isShown(page, /is no JSON/);
    expect(await page.getByRole('button', { name: 'Start the run' }).isDisabled()).toBe(true);
    await box.fill('{"country":"Nowhere"}');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await isShown(page, /must be an ISO 3166 alpha-2 code/);
    await box.fill('{"country":"MC"}');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('by JSON');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('heading', { name: /by JSON\s*Succeeded/ }).waitFor();
  });

  test('what was read stays while a later read fails', async () => {
    const { page, show, trireme } = visit();
    await trireme.action('search-cities').start({ name: 'stays', inputs: [{ country: 'AD' }] });
    await show('/runs');
    const link = page.getByRole('link', { name: 'stays' });
    await link.waitFor();
    await page.route('**/v1/runs?*', (route) => route.fulfill({ status: 500, body: '{}' }));
    await isShown(page, 'The API failed.');
    expect(await link.isVisible()).toBe(true);
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The API failed.').waitFor({ state: 'detached' });
  });

  test('an action that keeps a pace says so', async () => {
    const { page, show } = visit();
    const paces = {
      'search-cities': { calls: 10, per_ms: 60_000, min_gap_ms: 500, by_input: false },
      'extract-json-api': { calls: 1, per_ms: 1_000, min_gap_ms: 0, by_input: true },
      'http-request': null,
    } as const;
    await page.route('**/v1/actions', async (route) => {
      const response = await route.fetch();
      const actions = (await response.json()) as { name: keyof typeof paces }[];
      await route.fulfill({ response, json: actions.map((action) => ({ ...action, pace: paces[action.name] })) });
    });
    const told = {
      'search-cities': '10 calls in 1 min 0 s, 500 ms apart',
      'extract-json-api': '1 calls in 1.0 s, counted apart by input',
      'http-request': 'no limit',
    };
    for (const [action, text] of Object.entries(told)) {
      await show(`/actions/${action}`);
      await page.getByText(text, { exact: true }).waitFor();
    }
  });

  test('an address that leads nowhere says so, and one of what is not there', async () => {
    const { page, show } = visit();
    await show('/nothing');
    await isShown(page, 'Nothing is at this address.');
    for (const kind of ['runs', 'schedules', 'callbacks']) {
      await show(`/${kind}/01234567-89ab-8cde-8f01-23456789abcd`);
      await isShown(page, 'Not found.');
      await show(`/${kind}/no%2Fuid`);
      await page.getByRole('alert').first().waitFor();
    }
    await show('/runs?status=NONSENSE');
    await isShown(page, 'Refused.');
    await show('/runs?after=yesterday');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
  });
}
