import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { CALLBACK_EXAMPLES } from '../../shared/api/document/callback-examples.ts';
import { NOTIFICATION_EXAMPLES } from '../../shared/api/document/notification-examples.ts';
import { createWebhookHandler, RunTally, type TalliedCallback } from '../../shared/client/webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const AT = new Date('2030-01-31T09:00:00Z');
const PAGE = CALLBACK_EXAMPLES['run.page'].value;

function signed(callback: unknown, secret = SECRET): RequestInit & { readonly body: string } {
  const body = JSON.stringify(callback);
  const headers = {
    'webhook-id': 'cb',
    'webhook-timestamp': String(AT.getTime() / 1_000),
    'webhook-signature': new Webhook(secret).sign('cb', AT, body),
  };
  return { method: 'POST', body, headers };
}

function handlerOf(fault: { now: Error | null } = { now: null }) {
  const taken: string[] = [];
  const ids = new Set<string>();
  const errors: unknown[] = [];
  const handle = createWebhookHandler({
    secrets: [SECRET, OTHER],
    seen: ids,
    on: {
      'run.page': ({ callback_ref_uid: id, results }) => {
        if (fault.now !== null) throw fault.now;
        taken.push(`${id} ${results?.length}`);
      },
    },
    onError: (error) => errors.push(error),
    now: () => AT,
  });
  return { handle, taken, errors };
}

describe('a webhook handler', () => {
  const post = (init: RequestInit): Request => new Request('https://receiver.example/', init);

  it('hands a callback to what is there for its type, once, and answers 204', async () => {
    const { handle, taken } = handlerOf();
    expect((await handle(post(signed(PAGE)))).status).toBe(204);
    expect((await handle(post(signed(PAGE, OTHER)))).status).toBe(204);
    expect(taken).toEqual([`${PAGE.callback_ref_uid} ${PAGE.results?.length}`]);
  });

  it('hands on the bytes as they came, with all digits of a number', async () => {
    const bodies: string[] = [];
    const on = { 'run.page': (_: unknown, body: Uint8Array) => bodies.push(new TextDecoder().decode(body)) };
    const handle = createWebhookHandler({ secrets: [SECRET], seen: new Set(), on, now: () => AT });
    const body = JSON.stringify(PAGE).replace('{', '{"custom":9007199254740993,');
    const sign = new Webhook(SECRET).sign('cb', AT, body);
    const headers = {
      'webhook-id': 'cb',
      'webhook-timestamp': String(AT.getTime() / 1_000),
      'webhook-signature': sign,
    };
    expect((await handle(post({ method: 'POST', body, headers }))).status).toBe(204);
    expect(bodies).toEqual([body]);
  });

  it('takes a type that nothing is there for', async () => {
    const { handle } = handlerOf();
    expect((await handle(post(signed({ ...PAGE, type: 'run.later' })))).status).toBe(204);
  });

  it('hands a notification to what is there for its type', async () => {
    const taken: string[] = [];
    const on = { 'run.failed': ({ run }: { readonly run: { readonly run_uid: string } }) => taken.push(run.run_uid) };
    const handle = createWebhookHandler({ secrets: [SECRET], seen: new Set(), on, now: () => AT });
    for (const { value } of Object.values(NOTIFICATION_EXAMPLES)) {
      expect((await handle(post(signed({ ...value, callback_ref_uid: value.type })))).status).toBe(204);
    }
    expect(taken).toEqual([NOTIFICATION_EXAMPLES['run.failed'].value.run.run_uid]);
  });

  it('refuses what is not signed, and what is no POST', async () => {
    const { handle, taken, errors } = handlerOf();
    expect((await handle(post({ ...signed(PAGE), body: '{}' }))).status).toBe(400);
    expect((await handle(new Request('https://receiver.example/'))).status).toBe(405);
    expect(taken).toEqual([]);
    expect(errors).toMatchObject([{ reason: 'no-matching-signature' }]);
  });

  it('answers 500 where its owner fails, so that the callback comes again and is handled then', async () => {
    const fault: { now: Error | null } = { now: new Error('the disk is full') };
    const { handle, taken } = handlerOf(fault);
    expect((await handle(post(signed(PAGE)))).status).toBe(500);
    fault.now = null;
    expect((await handle(post(signed(PAGE)))).status).toBe(204);
    expect(taken).toHaveLength(1);
  });

  it('without a secret answers 500: the mistake is its own, and the callback comes again', async () => {
    const handle = createWebhookHandler({ secrets: [undefined], seen: new Set(), on: {}, now: () => AT });
    expect((await handle(post(signed(PAGE)))).status).toBe(500);
  });

  it('serves a Node server too', async () => {
    const { handle, taken } = handlerOf();
    const listener = handle.toNode();
    const server = createServer((request, response) => void listener(request, response));
    await listenLocally(server, 0);
    expect((await fetch(urlOf(server), signed(PAGE))).status).toBe(204);
    expect((await fetch(urlOf(server), { ...signed(PAGE), body: 'x' })).status).toBe(400);
    expect((await fetch(urlOf(server))).status).toBe(405);
    expect(taken).toHaveLength(1);
    server.close();
  });
});

describe('a tally of a run', () => {
  const callback = (id: string, attempt = 1, callbacks?: number): TalliedCallback => ({
    callback_ref_uid: id,
    run: { ...PAGE.run, attempt, status: callbacks === undefined ? 'RUNNING' : 'FAILED' },
    ...(callbacks === undefined ? {} : { manifest: { inputs: 1, succeeded: 1, failed: 0, outputs: 2, callbacks } }),
  });

  it('knows what is missing once the run has ended, in whatever order callbacks come', () => {
    const tally = new RunTally();
    expect(tally.add(callback('a'))).toMatchObject({ held: 1, expected: null, isComplete: false, missing: null });
    expect(tally.add(callback('z', 1, 3))).toMatchObject({ status: 'FAILED', missing: 1, isComplete: false });
    expect(tally.add(callback('a'))).toMatchObject({ held: 2, isComplete: false });
    expect(tally.add(callback('b'))).toMatchObject({ held: 3, isComplete: true, missing: 0 });
  });

  it('does not count a notification about the run', () => {
    const tally = new RunTally();
    tally.add(callback('z', 1, 2));
    const { value } = NOTIFICATION_EXAMPLES['run.failed'];
    expect(tally.add({ ...value, run: { ...value.run, run_uid: PAGE.run.run_uid } })).toMatchObject({
      held: 1,
      isComplete: false,
    });
  });

  it('goes by the last ending, also where an earlier one comes late', () => {
    const tally = new RunTally();
    tally.add(callback('a'));
    tally.add(callback('y', 2, 4));
    expect(tally.add(callback('z', 1, 2))).toMatchObject({ expected: 4, held: 3, isComplete: false });
    expect(tally.add(callback('b'))).toMatchObject({ isComplete: true });
    tally.forget(PAGE.run.run_uid);
    expect(tally.state(PAGE.run.run_uid)).toMatchObject({ held: 0, isComplete: false });
  });
});
