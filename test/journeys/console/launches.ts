import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startUpstream } from '../../support/start-upstream.ts';
import { isShown, uidShown, type Visit } from './visit.ts';

/** What is started from the form. */
export function journeysOfLaunches(visit: () => Visit): void {
  test('the printed link leads to a run, its results and their CSV on disk, and keeps no key', async () => {
    const { system, apiKey, show, trireme } = visit();
    const page = await show('');
    await isShown(page, 'No runs yet');
    expect(page.url()).toBe(`${system.url}/console`);
    await page.getByRole('link', { name: 'New run' }).first().click();
    await page.getByLabel('Action').selectOption('search-cities');
    await page.getByLabel('country').fill('malta');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await isShown(page, /must be an ISO 3166 alpha-2 code/);
    await page.getByLabel('country').fill('MT');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('cities of Malta');
    // As a key that is held down would.
    await page.evaluate('for (let time = 0; time < 3; time += 1) document.querySelector("form.two").requestSubmit()');
    await page.getByRole('heading', { name: /cities of Malta\s*Succeeded/ }).waitFor();
    expect((await trireme.runs.list({ name: ['cities of Malta'] }).all()).length).toBe(1);
    await page.getByRole('cell', { name: 'Valletta' }).first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download CSV' }).click(),
    ]);
    const headers = { accept: 'text/csv', 'x-api-key': apiKey };
    const csv = await fetch(`${system.url}/v1/runs/${uidShown(page)}/outputs`, { headers });
    expect(await readFile(await download.path(), 'utf8')).toBe(await csv.text());
    expect(download.suggestedFilename()).toMatch(/^cities-of-Malta-.*\.csv$/);
  });

  test('a CSV of a thousand says which of its rows are wrong, and runs without them', async () => {
    const page = await visit().show('/new?action=search-cities');
    await page.getByText('Many inputs').click();
    const rows = Array.from({ length: 1_000 }, (_, row) => `${row % 400 === 4 ? 'Nowhere' : 'AD'},${row}`);
    await page.getByLabel('Inputs as CSV').fill(['country,row', ...rows].join('\n'));
    await isShown(page, '1,000 inputs; the first 5:');
    await page.getByRole('button', { name: 'Check only' }).click();
    await isShown(page, '997 valid, 3 invalid.');
    for (const row of ['Row 5:', 'Row 405:', 'Row 805:']) await isShown(page, row);
    // A thousand pages would take longer than all else here.
    await page
      .getByLabel('Inputs as CSV')
      .fill(['country,row', ...rows.slice(0, 5), ...rows.slice(404, 405)].join('\n'));
    await isShown(page, '6 inputs; the first 5:');
    await page.getByLabel('Inputs that are not valid').selectOption('skip');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('heading', { name: /Partly failed/ }).waitFor();
    await page.getByRole('link', { name: 'Show the failed ones' }).click();
    await page.getByRole('cell', { name: '{"country":"Nowhere"}' }).nth(1).waitFor();
    expect(await page.getByRole('row').count()).toBe(1 + 2);
  });

  test('a file is dropped or chosen, and its columns go where they are told to', async () => {
    const { show, trireme } = visit();
    const page = await show('/new?action=search-cities');
    await page.getByText('Many inputs').click();
    const dropped = await page.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(['land;row\\nAD;1\\nMC;2\\n'], 'lands.csv'));
        return transfer;
      })()`,
    );
    await page.getByLabel('Inputs as CSV').dispatchEvent('drop', { dataTransfer: dropped });
    await page.getByRole('combobox', { name: 'land' }).selectOption({ label: 'country' });
    await page.getByRole('combobox', { name: 'row' }).selectOption({ label: 'custom_data' });
    await page.getByRole('cell', { name: '{"row":"2"}' }).waitFor();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.getByRole('heading', { name: /Succeeded/ }).waitFor();
    const inputs = await (await trireme.runs.get(uidShown(page))).inputs().all();
    expect(inputs.map(({ input_data: input, custom_data: custom }) => [input, custom])).toEqual([
      [{ country: 'AD' }, { row: '1' }],
      [{ country: 'MC' }, { row: '2' }],
    ]);
    await page.getByRole('link', { name: 'Run again' }).click();
    await page.getByLabel('Inputs as CSV').waitFor();
    const chosen = { name: 'lands.ndjson', mimeType: 'application/x-ndjson' };
    const file = page.locator('input[type=file]');
    await file.setInputFiles({ ...chosen, name: 'old.csv', buffer: Buffer.from('country\nM\xfcnchen\n', 'latin1') });
    await isShown(page, 'old.csv is not UTF-8, from line 2 on: save it as UTF-8.');
    await file.setInputFiles({ ...chosen, buffer: Buffer.from('{"country":"AD"}\n{"country":') });
    await isShown(page, /Line 2 is no JSON/);
    expect(await page.getByRole('button', { name: 'Start the run' }).isDisabled()).toBe(true);
    await file.setInputFiles({ ...chosen, buffer: Buffer.from('{"country":"AD"}\n{"country":"LI"}\n') });
    await page.getByRole('cell', { name: 'LI' }).waitFor();
  });

  test('a live call gives its pages at once, and says what its action answered where it fails', async () => {
    const page = await visit().show('/new?action=search-cities&mode=live');
    await page.getByLabel('country').fill('MT');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await isShown(page, '50 shown');
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
    const rows = await page.getByRole('region', { name: 'Results' }).getByRole('row').count();
    expect(rows).toBeGreaterThan(51);
    await page.getByLabel('as JSON').check();
    await isShown(page, /"name": "Valletta"/);
    await using upstream = await startUpstream(() => ({ status: 404 }));
    await visit().show('/new?action=extract-json-api&mode=live');
    await page.getByLabel('url').first().fill(`${upstream.origin}/gone`);
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await isShown(page, /\/gone.* 404/);
    expect(upstream.requests.length).toBe(1);
  });
}
