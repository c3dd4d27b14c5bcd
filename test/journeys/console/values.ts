import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepPicture } from '../../support/console-browser.ts';
import { startUpstream, type Upstream, type UpstreamAnswer } from '../../support/start-upstream.ts';
import { isShown, type Visit } from './visit.ts';

/** With what surrounds it, as large as a result may be: 128 KB of JSON. */
const LARGE = 'a long text '.repeat(11_000).slice(0, 128 * 1024 - '{"id":1,"text":""}'.length);
const NAMES = ['عملية شهرية للمدن', 'Москва и область', '都市の一覧', '👩‍🚀 rockets 🚀', `a${'b'.repeat(180)}c`];

const JSON_TYPE = { 'content-type': 'application/json' };
const ANSWERS: Readonly<Record<string, UpstreamAnswer>> = {
  '/numbers': { headers: JSON_TYPE, body: '[{"id":9007199254740993,"price":1.10,"tiny":0.1234567890123456789}]' },
  '/large': { body: [{ id: 1, text: LARGE }] },
  '/long': { body: Array.from({ length: 1_000 }, (_, id) => ({ id })) },
};

/** Results and names as they are. */
export function journeysOfValues(visit: () => Visit): void {
  let upstream: Upstream;
  beforeAll(async () => {
    upstream = await startUpstream(({ url }) => ANSWERS[url.pathname] ?? { status: 404 });
  });
  afterAll(() => upstream?.[Symbol.asyncDispose]());

  async function runOver(path: string): Promise<Page> {
    const { show, trireme } = visit();
    const run = await trireme.action('extract-json-api').start({ inputs: [{ url: upstream.origin + path }] });
    await run.wait();
    return show(`/runs/${run.uid}`);
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
    const page = await visit().show('/new?action=search-cities');
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
    const page = await runOver('/long');
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

  test('names in any script are whole and break no page, wide or narrow', async () => {
    const { show, trireme } = visit();
    const runs = await Promise.all(
      NAMES.map((name) =>
        trireme.action('search-cities').start({ name, tags: [name.slice(0, 64)], inputs: [{ country: 'AD' }] }),
      ),
    );
    for (const run of runs) await run.wait();
    const page = await show('/runs');
    for (const name of NAMES) await page.getByRole('link', { name, exact: true }).first().waitFor();
    await isAsWide('names');
    for (const [index, name] of NAMES.entries()) {
      await page.getByRole('link', { name, exact: true }).first().click();
      await page.getByRole('heading', { name }).waitFor();
      await page.getByRole('cell', { name: 'Andorra la Vella' }).waitFor();
      await isAsWide(`name-${index}`);
      await page.goBack();
    }

    async function isAsWide(picture: string): Promise<void> {
      for (const width of [360, 1_280]) {
        await page.setViewportSize({ width, height: 800 });
        await keepPicture(page, `${picture}-${width}`);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      }
    }
  });
}
