import { expect, test } from 'vitest';
import { faultsOfAccess, keepPicture } from '../../support/console-browser.ts';
import { openReceiver } from '../../support/local-system.ts';
import { isShown, type Visit } from './visit.ts';

const REFUSAL = 'This endpoint has moved to https://hooks.example.com/v2/callbacks; see the notes of the release';

/** What holds of every screen, whoever looks at it and however. */
export function journeysOfAccess(visit: () => Visit): void {
  test('every screen is fit for all who read it, in light and in dark, and none is wider than what it is shown on', async () => {
    const { show, trireme } = visit();
    const cities = trireme.action('search-cities');
    const receiver = await openReceiver(({ path }) => ({ status: path === '/hook?away' ? 503 : 410, body: REFUSAL }));
    for (const query of ['', '?away']) {
      const callback = { url: receiver.url + query };
      await (
        await cities.start({ name: 'cities of the smallest countries', inputs: [{ country: 'AD' }], callback })
      ).wait();
    }
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    await cities.start({ name: 'month end', inputs: [{ country: 'LU' }], schedule_at: tomorrow });
    const run = await cities.start({
      name: 'weekly cities',
      tags: ['weekly'],
      on_invalid_input: 'skip',
      inputs: [{ country: 'AD' }, { country: 'Nowhere' }, { country: 'LI' }],
    });
    await run.wait();
    const inputs = [{ country: 'LU' }];
    const schedule = await cities.schedule({
      name: 'every six hours',
      inputs,
      cron: '0 */6 * * *',
      timezone: 'Europe/Amsterdam',
    });
    const screens: Readonly<Record<string, readonly [string, string]>> = {
      runs: ['/runs', 'weekly cities'],
      run: [`/runs/${run.uid}`, 'Andorra la Vella'],
      inputs: [`/runs/${run.uid}?tab=inputs`, 'Nowhere'],
      history: [`/runs/${run.uid}?tab=history`, 'Created'],
      new: ['/new?action=search-cities', 'Start the run'],
      many: ['/new?action=extract-json-api&mode=live', 'Call'],
      schedules: ['/schedules', 'every six hours'],
      schedule: [`/schedules/${schedule.uid}`, 'Four weeks'],
      callbacks: ['/callbacks', 'HTTP 410'],
      waiting: ['/callbacks?status=PENDING', 'HTTP 503'],
      actions: ['/actions', 'Search cities'],
      action: ['/actions/search-cities', 'Results a page'],
      settings: ['/settings', 'Signing secret'],
      key: ['/runs', 'Open the console'],
    };
    const found: string[] = [];
    for (const [screen, [path, text]] of Object.entries(screens)) {
      const page = await show(path);
      if (screen === 'key') await page.getByRole('button', { name: 'Use another key' }).click();
      await isShown(page, text);
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      const faults = [...(await faultsOfAccess(page))];
      await keepPicture(page, `${screen}-light`);
      await page.emulateMedia({ colorScheme: 'dark' });
      faults.push(...(await faultsOfAccess(page, 'color-contrast')));
      await keepPicture(page, `${screen}-dark`);
      for (const width of [1_280, 360]) {
        await page.setViewportSize({ width, height: 800 });
        // On a phone a table scrolls in its own box.
        const boxes = width === 360 ? 'html' : 'html, .table-box';
        const wider = `[...document.querySelectorAll('${boxes}')].filter((box) => box.scrollWidth > box.clientWidth)`;
        const count = await page.evaluate(`${wider}.length`);
        if (count !== 0) faults.push(`wider than ${width} pixels`);
      }
      await keepPicture(page, `${screen}-phone`);
      found.push(...faults.map((fault) => `${screen}: ${fault}`));
    }
    expect(found).toEqual([]);
    await receiver.close();
  });
}
