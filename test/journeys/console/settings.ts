import { expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { openTrireme } from '../../support/open-trireme.ts';
import { isShown, type Visit } from './visit.ts';

/** Who may do what, and who is told of what. */
export function journeysOfSettings(visit: () => Visit): void {
  test('a key sees what it may, and one that is deleted leads back to the question for a key', async () => {
    const { apiKey, show, trireme } = visit();
    const reader = await trireme.keys.create({ label: 'reader', scopes: ['read'] });
    const page = await show('/actions', { apiKey: reader.key });
    await page.getByRole('link', { name: 'Search cities' }).waitFor();
    expect(await page.getByRole('link', { name: 'New run' }).count()).toBe(0);
    await trireme.keys.delete(reader.uid);
    await page.getByRole('link', { name: 'Schedules' }).click(); // no process of this function knows the key yet
    await isShown(page, 'unknown or revoked');
    await page.getByLabel('API key').fill(apiKey);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Schedules' }).waitFor();
  });

  test('a key is made, shown once and deleted', async () => {
    const { system, show, trireme } = visit();
    const page = await show('/settings');
    await page.getByLabel('Label of a new key').fill('for the nightly job');
    await page.getByLabel('run', { exact: true }).check();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const made = (await page.getByLabel('The new key').textContent()) ?? '';
    expect((await openTrireme(system.url, made).me()).key).toMatchObject({
      label: 'for the nightly job',
      scopes: ['read', 'run'],
    });
    await page.getByRole('button', { name: 'Delete for the nightly job' }).click();
    await page.getByRole('button', { name: 'Delete the key' }).click();
    await page.getByRole('cell', { name: 'for the nightly job', exact: true }).waitFor({ state: 'detached' });
    expect((await trireme.keys.list()).length).toBe(1);
    await show('/settings');
    await page.getByRole('region', { name: 'API keys' }).first().waitFor();
    expect(await page.getByText(made).count()).toBe(0);
  });

  test('the signing secret is shown on demand, and rotated with an overlap', async () => {
    const { show, trireme } = visit();
    const page = await show('/settings');
    const [before] = await trireme.signingSecrets();
    const shown = page.getByLabel('Signing secret', { exact: true }).and(page.locator('pre'));
    expect(await shown.count()).toBe(0);
    await page.getByRole('button', { name: 'Show it' }).click();
    await shown.waitFor();
    expect(await shown.allTextContents()).toEqual([before?.secret]);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await shown.nth(1).waitFor();
    const secrets = (await trireme.signingSecrets()).map(({ secret }) => secret);
    expect(secrets).toEqual([expect.not.stringMatching(before?.secret ?? ''), before?.secret]);
    expect(await shown.allTextContents()).toEqual(secrets);
    await isShown(page, /signs until/);
    await page.getByRole('button', { name: 'Hide it' }).click();
    expect(await shown.count()).toBe(0);
  });

  test('a workspace says in its settings what it is told of, and where', async () => {
    const { show, trireme } = visit();
    const page = await show('/settings');
    await page.getByLabel('URL', { exact: true }).fill('http://127.0.0.1:9/told');
    await page.getByLabel('Headers').fill('no header');
    await page.getByRole('button', { name: 'Notify', exact: true }).click();
    await isShown(page, /is not a header name/);
    await page.getByLabel('Headers').fill('authorization: Bearer 5ca1ab1e');
    await page.getByLabel('a quota is reached').uncheck();
    await page.getByRole('button', { name: 'Notify', exact: true }).click();
    await page.getByRole('button', { name: 'Notify no more' }).waitFor();
    expect(await trireme.notifications.get()).toMatchObject({
      url: 'http://127.0.0.1:9/told',
      on: expect.not.arrayContaining(['quota.reached']),
      has_headers: true,
    });
    await page.getByLabel('a run failed').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    const { has_headers: hasHeaders } = await until('the changed notifications', async () => {
      const kept = await trireme.notifications.get();
      return kept.on.includes('run.failed') ? null : kept;
    });
    expect(hasHeaders).toBe(true);
    await page.getByRole('button', { name: 'Notify no more' }).click();
    await page.getByRole('button', { name: 'Notify', exact: true }).waitFor();
    await expect(trireme.notifications.get()).rejects.toMatchObject({ status: 404 });
  });
}
