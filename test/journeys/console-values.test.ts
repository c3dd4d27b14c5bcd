import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepPicture } from '../support/console-browser.ts';
import { type ConsoleJourney, isShown, openConsoleJourney } from '../support/console-journey.ts';
import { findChromium } from '../support/find-chromium.ts';
import { startUpstream, type Upstream } from '../support/start-upstream.ts';

/** With what surrounds it, as large as a result may be: 128 KB of JSON. */
const LARGE = 'a long text '.repeat(11_000).slice(0, 128 * 1024 - '{"id":1,"text":""}'.length);
const NAMES = ['عملية شهرية للمدن', 'Москва и область', '都市の一覧', '👩‍🚀 rockets 🚀', `a${'b'.repeat(180)}c`];

describe.skipIf(findChromium() === null)('results and names as they are', () => {
  let journey: ConsoleJourney;
  let upstream: Upstream;
  beforeAll(async () => {
    journey = await openConsoleJourney();
    upstream = await startUpstream(({ url }) => {
      const json = { 'content-type': 'application/json' };
      if (url.pathname === '/numbers') {
        return { headers: json, body: '[{"id":9007199254740993,"price":1.10,"tiny":0.1234567890123456789}]' };
      }
      return { body: url.pathname === '/large' ? [{ id: 1, text: LARGE }] : ['one', ['two'], 3].map((it) => ({ it })) };
    });
  });
  afterAll(async () => {
    await journey?.close();
    await upstream?.[Symbol.asyncDispose]();
  });

  async function runOver(path: string): Promise<Page> {
    const { system, browser, launch, ended } = journey;
    const { uid } = await launch({ inputs: [{ url: upstream.origin + path }] }, 'extract-json-api');
    await ended(uid);
    return browser.open(system.apiKey, `/console/runs/${uid}`);
  }

  test('a number that JavaScript would round is shown as the API sent it, in the table and as JSON', async () => {
    const page = await runOver('/numbers');
    for (const number of ['9007199254740993', '0.1234567890123456789']) {
      await page.getByRole('cell', { name: number, exact: true }).waitFor();
    }
    await page.getByText('JSON', { exact: true }).click();
    await isShown(page, /"id": 9007199254740993,/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download NDJSON' }).click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toContain('"id":9007199254740993');
  });

  test('a number that is typed is sent as it was typed', async () => {
    const { system, browser } = journey;
    const page = await browser.open(system.apiKey, '/console/new?action=search-cities');
    await page.getByLabel('country').fill('AD');
    await page
      .getByLabel(/population/)
      .first()
      .fill('9007199254740993');
    await page.getByText('Same call as code').click();
    await isShown(page, /9007199254740993/);
    const [request] = await Promise.all([
      page.waitForRequest('**/run/async?dry_run=true'),
      page.getByRole('button', { name: 'Check only' }).click(),
    ]);
    expect(request.postData()).toContain('9007199254740993');
  });

  test('a result of 128 KB is cut in the table and whole on demand', async () => {
    const page = await runOver('/large');
    await page.getByRole('button', { name: /Show all 131k characters/ }).click();
    const value = page.getByRole('dialog').getByLabel('Value');
    expect(await value.textContent()).toBe(LARGE);
    await keepPicture(page, 'large-value');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('JSON', { exact: true }).click();
    expect(JSON.parse((await page.getByLabel('Results', { exact: true }).textContent()) ?? '')).toEqual([
      { id: 1, text: LARGE },
    ]);
  });

  test('a long table draws the rows that are near, and its last ones once they are scrolled to', async () => {
    const { system, browser, launch, ended } = journey;
    const { uid } = await launch({ inputs: [{ country: 'DE' }] });
    await ended(uid);
    const page = await browser.open(system.apiKey, `/console/runs/${uid}`);
    await isShown(page, '500 shown');
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('501');
    const last = page.locator('[aria-rowindex="501"]');
    expect(await last.count()).toBe(0);
    await page.evaluate('document.querySelector(".table-box").scrollTop = 1e6');
    await last.waitFor();
    await page.locator('[aria-rowindex="2"]').waitFor({ state: 'detached' });
    await page.evaluate('document.querySelector(".table-box").scrollTop = 0');
    await page.locator('[aria-rowindex="2"]').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('table[aria-rowcount="1001"]').waitFor();
  });

  test.each([
    [1_280, 'wide'],
    [360, 'phone'],
  ])('names in any script are whole and break no page %i pixels wide', async (width, size) => {
    const { system, browser, launch, ended } = journey;
    const uids: string[] = [];
    for (const name of NAMES) {
      const { uid } = await launch({ name, tags: [name.slice(0, 64)], inputs: [{ country: 'AD' }] });
      uids.push(uid);
    }
    for (const uid of uids) await ended(uid);
    const page = await browser.open(system.apiKey, '/console/runs', { viewport: { width, height: 800 } });
    for (const name of NAMES) await page.getByRole('link', { name, exact: true }).first().waitFor();
    await keepPicture(page, `names-${size}`);
    for (const [index, uid] of uids.entries()) {
      await page.goto(`${system.url}/console/runs/${uid}`);
      await page.getByRole('heading', { name: NAMES[index] ?? '' }).waitFor();
      await page.getByRole('cell', { name: 'Andorra la Vella' }).waitFor();
      await keepPicture(page, `name-${index}-${size}`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
    expect(browser.faults).toEqual([]);
  });
});
