import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openInbox } from '../../../infra/local/inbox/inbox.ts';
import type { Inbox } from '../../../infra/local/inbox/inbox.ts';
import type { InboxCallback } from '../../../infra/local/inbox/inbox-callback.ts';

let inbox: Inbox | undefined;
afterEach(() => inbox?.close());

async function open(
  arrivals: InboxCallback[] = [],
): Promise<(id: string, body: string, signature?: string) => Promise<Response>> {
  inbox = await openInbox({
    verify: async (headers) => {
      if (headers['webhook-signature'] !== 'right') throw new Error('no signature matches');
    },
    onCallback: (callback) => arrivals.push(callback),
  });
  const { url } = inbox;
  return (id, body, signature = 'right') =>
    fetch(url, { method: 'POST', body, headers: { 'webhook-id': id, 'webhook-signature': signature } });
}

describe('the inbox', () => {
  it('keeps a callback once and counts how often it came', async () => {
    const arrivals: InboxCallback[] = [];
    const post = await open(arrivals);
    expect((await post('a', '{"n":1}')).status).toBe(204);
    expect((await post('a', '{"n":1}')).status).toBe(204);
    expect(arrivals).toHaveLength(1);
    expect(inbox?.received()).toMatchObject([{ webhookId: 'a', times: 2, body: { n: 1 }, fault: null }]);
  });

  it('refuses a wrong signature, says why, and still takes the right one', async () => {
    const post = await open();
    const refused = await post('a', '{}', 'wrong');
    expect([refused.status, await refused.json()]).toEqual([400, { error: 'no signature matches' }]);
    await post('a', '{}');
    expect(inbox?.received().map(({ fault }) => fault)).toEqual(['no signature matches', null]);
  });

  it('keeps the last 1,000', async () => {
    const post = await open();
    for (let index = 0; index < 1_001; index += 50) {
      await Promise.all(
        Array.from({ length: Math.min(50, 1_001 - index) }, (_, offset) => post(String(index + offset), '{}')),
      );
    }
    expect(inbox?.received()).toHaveLength(1_000);
  });

  it('shows what it has as JSON', async () => {
    const post = await open();
    await post('a', '{}');
    const url = inbox?.url ?? '';
    const json = z
      .object({ callbacks: z.array(z.looseObject({ webhookId: z.string() })) })
      .parse(await (await fetch(url)).json());
    expect(json.callbacks[0]?.webhookId).toBe('a');
  });
});
