import { expect, test } from 'vitest';
import { isShown, uidShown, type Visit } from './visit.ts';

/** A schedule from its form to its end. */
export function journeysOfSchedules(visit: () => Visit): void {
  test('a schedule shows the times that a change of the clocks leaves out, is changed, run, paused, resumed and deleted', async () => {
    const page = await visit().show('/new?action=search-cities&mode=schedule');
    await page.getByLabel('country').fill('LU');
    await page.getByLabel('Cron expression').fill('61 * * * *');
    await isShown(page, /61 is out of range/);
    await page.getByLabel('Cron expression').fill('30 2 * 3 0');
    await page.getByLabel('Time zone').fill('Europe/Amsterdam');
    await isShown(page, /skipped: the clocks go forward/);
    await page.getByRole('button', { name: 'Create the schedule' }).click();
    await page.getByRole('heading', { name: /Active/ }).waitFor();
    await change();
    await runAndEnd();
  });

  /** From the screen of the schedule, and back to it. */
  async function change(): Promise<void> {
    const { page, trireme } = visit();
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
    const { state } = await trireme.schedules.get(uidShown(page));
    expect(state).toMatchObject({
      name: 'two thirty',
      cron: '30 2 * * *',
      timezone: 'Europe/Amsterdam',
      inputs: [{ country: 'MT' }],
    });
  }

  /** Its past times tell of the run. */
  async function runAndEnd(): Promise<void> {
    const { page } = visit();
    const schedule = uidShown(page);
    const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
    await isShown(page, 'No time of this schedule has come yet');
    await press('Run now');
    await page.getByRole('heading', { name: /two thirty\s*Succeeded/ }).waitFor();
    const run = uidShown(page);
    await page.getByRole('link', { name: 'two thirty' }).click();
    const past = page.getByRole('region', { name: 'Past times' }).getByRole('row').nth(1);
    await past.getByText('Fired').waitFor();
    expect(await past.getByRole('link').getAttribute('href')).toBe(`/console/runs/${run}`);
    expect(uidShown(page)).toBe(schedule);
    await press('Pause');
    await page.getByRole('heading', { name: /Paused/ }).waitFor();
    await press('Resume');
    await page.getByRole('heading', { name: /Active/ }).waitFor();
    await press('Delete');
    await press('Delete the schedule');
    await page.getByRole('heading', { name: /Cancelled/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Run now' }).count()).toBe(0);
  }
}
