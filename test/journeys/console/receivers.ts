import { expect, test } from 'vitest';
import { openReceiver } from '../../support/local-system.ts';
import { isShown, type Visit } from './visit.ts';

/** What was sent to receivers, and what they answered. */
export function journeysOfReceivers(visit: () => Visit): void {
  test('a receiver that refuses is found by what it answered, and has its callback once it is mended', async () => {
    const { show, trireme } = visit();
    let isMended = false;
    const receiver = await openReceiver(() => (isMended ? { status: 204 } : { status: 410, body: 'moved out' }));
    const callback = { url: receiver.url, on: 'final' as const };
    await (await trireme.action('search-cities').start({ inputs: [{ country: 'AD' }], callback })).wait();
    const page = await show('/callbacks');
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

  test('a receiver is tried with an example, and both sides are shown', async () => {
    const receiver = await openReceiver((_, index) =>
      index === 0 ? { status: 500, body: 'not yet' } : { status: 204 },
    );
    const page = await visit().show('/callbacks');
    const url = page.getByLabel(/^URL/);
    const send = page.getByRole('button', { name: 'Send one example' });
    await url.fill('http://192.0.2.1/hook');
    await send.click();
    await isShown(page, /https/);
    expect(await url.getAttribute('aria-invalid')).toBe('true');
    await url.fill(receiver.url);
    await page.getByLabel('Type').selectOption('run.finished');
    await page.getByLabel('Headers').fill('x-of-mine: 1');
    await send.click();
    await isShown(page, 'HTTP 500');
    expect(await page.getByLabel('Response', { exact: true }).textContent()).toContain('not yet');
    const sent = (await page.getByLabel('Request', { exact: true }).textContent()) ?? '';
    expect(sent).toContain(receiver.requests[0]?.body.toString());
    expect(sent).toMatch(/^x-of-mine: \[hidden\]$/m);
    expect(receiver.requests[0]?.headers['x-of-mine']).toBe('1');
    await send.click();
    await isShown(page, 'HTTP 204');
    expect(receiver.requests.length).toBe(2);
    await receiver.close();
  });

  test('a receiver that is away is told with how many callbacks wait for it and what it answered', async () => {
    const { show, trireme } = visit();
    const receiver = await openReceiver(() => ({ status: 503, body: 'closed for today' }));
    const inputs = [{ country: 'AD' }, { country: 'MT' }];
    await (await trireme.action('search-cities').start({ inputs, callback: { url: receiver.url } })).wait();
    const page = await show('/callbacks');
    const row = page.getByRole('region', { name: 'Receivers that fail' }).getByRole('row').nth(1);
    await row.getByText(receiver.url).waitFor();
    await row.getByRole('link', { name: 'HTTP 503' }).click();
    await isShown(page, 'closed for today');
    await receiver.close();
  });
}
