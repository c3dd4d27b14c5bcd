import { expect, test } from 'vitest';
import { startUpstream } from '../../support/start-upstream.ts';
import { isShown, makeWorkspace, type Visit } from './visit.ts';

const DAY_MS = 86_400_000;

/** What can be done with runs. */
export function journeysOfRuns(visit: () => Visit): void {
  const tomorrow = (): string => new Date(Date.now() + DAY_MS).toISOString();

  test('a run is cancelled, resumed, retried and deleted, and its history tells it', async () => {
    let isMended = false;
    await using upstream = await startUpstream(({ url }) =>
      url.pathname === '/b' && !isMended ? { status: 404, body: 'no b' } : { body: [{ at: url.pathname }] },
    );
    const { show, trireme } = visit();
    const run = await trireme.action('extract-json-api').start({
      name: 'ups and downs',
      inputs: ['/a', '/b'].map((path) => ({ url: upstream.origin + path })),
      schedule_at: tomorrow(),
    });
    const page = await show(`/runs/${run.uid}`);
    const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
    const becomes = (status: string): Promise<void> =>
      page.getByRole('heading', { name: new RegExp(`ups and downs\\s*${status}`) }).waitFor();
    await becomes('Scheduled');
    await press('Cancel');
    await press('Keep as it is');
    await press('Cancel');
    await press('Cancel the run');
    await becomes('Stopped');
    await press('Resume');
    await becomes('Partly failed');
    await page.getByRole('link', { name: 'Show the failed ones' }).click();
    await isShown(page, /\/b.* 404/);
    isMended = true;
    await press('Retry failed inputs');
    await becomes('Succeeded');
    await page.getByRole('tab', { name: 'Results' }).click();
    await page.getByRole('cell', { name: '/b', exact: true }).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    const { history } = await run.refresh();
    const told = page.getByRole('listitem').filter({ has: page.locator('.status') });
    expect(await told.count()).toBe(history.length);
    const texts = await told.allTextContents();
    const ends = texts.filter((text) => /^(Scheduled|Stopped|Partly failed|Succeeded)/.test(text));
    expect(ends.map((text) => /^(Scheduled|Stopped|Partly failed|Succeeded)/.exec(text)?.[0])).toEqual([
      'Scheduled',
      'Stopped',
      'Partly failed',
      'Succeeded',
    ]);
    await press('Delete');
    await press('Delete for good');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await isShown(page, 'No runs yet');
  });

  test('many runs are counted before anything is done to them', async () => {
    const { show, trireme } = visit();
    for (let run = 0; run < 2; run += 1) {
      const launch = { tags: ['bulk'], inputs: [{ country: 'AD' }], schedule_at: tomorrow() };
      await trireme.action('search-cities').start(launch);
    }
    const page = await show('/runs?tag=bulk');
    await isShown(page, 'Scheduled');
    await page.getByRole('button', { name: 'Act on all of these' }).click();
    await page.getByLabel('Cancel', { exact: true }).check();
    await page.getByRole('button', { name: 'Count them' }).click();
    await page.getByRole('button', { name: 'Do it to 2 runs' }).click();
    await isShown(page, /2 of 2\s+cancelled/);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('cell', { name: 'Stopped' }).nth(1).waitFor();
  });

  test('another workspace sees none of this', async () => {
    const { system, show, trireme } = visit();
    const { uid } = await trireme.action('search-cities').start({ name: 'not yours', inputs: [{ country: 'AD' }] });
    const apiKey = await makeWorkspace(system, 'neighbour');
    const page = await show('/runs', { apiKey });
    await isShown(page, 'No runs yet');
    await show(`/runs/${uid}`, { apiKey });
    await isShown(page, 'Not found.');
    expect(await page.getByText('not yours').count()).toBe(0);
  });
}
