import { runInNewContext } from 'node:vm';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from '../../shared/client/verify-webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const NOW = new Date('2026-03-01T12:00:00Z');
const PAYLOAD = { type: 'run.finished', city: 'Zürich' };
const BODY = JSON.stringify(PAYLOAD);

function headersAt(at: Date, body = BODY, secret = SECRET): Record<string, string> {
  return {
    'webhook-id': 'cb_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign('cb_1', at, body),
  };
}

async function reasonOf(overrides: Partial<Parameters<typeof verifyWebhook>[0]>): Promise<string> {
  try {
    await verifyWebhook({ secrets: [SECRET], headers: headersAt(NOW), body: BODY, now: NOW, ...overrides });
    return 'verified';
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.reason;
    throw error;
  }
}

const secondsAway = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

describe('verifyWebhook', () => {
  test('gives the payload of what the standard’s own signer signed, from text or bytes', async () => {
    const received = { secrets: [SECRET], headers: headersAt(NOW), now: NOW };
    expect(await verifyWebhook({ ...received, body: BODY })).toEqual(PAYLOAD);
    expect(await verifyWebhook({ ...received, body: Buffer.from(BODY) })).toEqual(PAYLOAD);
  });

  test('reads Web headers, Node headers and any case', async () => {
    const plain = headersAt(NOW);
    const upper = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name.toUpperCase(), [value]]));
    expect(await reasonOf({ headers: new Headers(plain) })).toBe('verified');
    expect(await reasonOf({ headers: upper })).toBe('verified');
  });

  test('one of several secrets and one of several signatures are enough', async () => {
    const headers = headersAt(NOW);
    headers['webhook-signature'] = `v1a,xyz v1,AAAA ${headers['webhook-signature']}`;
    expect(await reasonOf({ headers, secrets: [OTHER, SECRET] })).toBe('verified');
  });

  test('a wrong secret, id, time or body does not match', async () => {
    expect(await reasonOf({ secrets: [OTHER] })).toBe('no-matching-signature');
    expect(await reasonOf({ secrets: [] })).toBe('bad-secret');
    expect(await reasonOf({ headers: { ...headersAt(NOW), 'webhook-id': 'cb_2' } })).toBe('no-matching-signature');
    expect(
      await reasonOf({ now: secondsAway(1), headers: { ...headersAt(NOW), 'webhook-timestamp': '1772366401' } }),
    ).toBe('no-matching-signature');
    expect(await reasonOf({ body: `${BODY} ` })).toBe('no-matching-signature');
  });

  test('300 seconds either way are taken, one more is not', async () => {
    expect(await reasonOf({ headers: headersAt(secondsAway(-300)) })).toBe('verified');
    expect(await reasonOf({ headers: headersAt(secondsAway(-301)) })).toBe('too-old');
    expect(await reasonOf({ headers: headersAt(secondsAway(300)) })).toBe('verified');
    expect(await reasonOf({ headers: headersAt(secondsAway(301)) })).toBe('too-new');
    expect(await reasonOf({ headers: headersAt(secondsAway(-301)), toleranceSeconds: 600 })).toBe('verified');
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('a missing %s is named', async (name) => {
    await expect(
      verifyWebhook({ secrets: [SECRET], headers: { ...headersAt(NOW), [name]: '' }, body: BODY, now: NOW }),
    ).rejects.toThrow(`the header ${name} is missing`);
  });

  test.each(['soon', '1.5', '-1', '1e9', '0x10'])('the timestamp %s is not read', async (timestamp) => {
    expect(await reasonOf({ headers: { ...headersAt(NOW), 'webhook-timestamp': timestamp } })).toBe('bad-timestamp');
  });

  test.each<[string, Partial<Parameters<typeof verifyWebhook>[0]> | Record<string, unknown>]>([
    ['a tolerance that is no number', { toleranceSeconds: NaN }],
    ['an endless tolerance', { toleranceSeconds: Infinity }],
    ['a tolerance below none', { toleranceSeconds: -1 }],
    ['a tolerance as text', { toleranceSeconds: '300' }],
    ['an invalid time', { now: new Date('soon') }],
    ['a time that is no Date', { now: NOW.getTime() }],
    ['no time', { now: undefined }],
    ['no headers', { headers: undefined }],
    ['one secret beside its list', { secrets: SECRET }],
    ['no secrets', { secrets: undefined }],
    ['no body', { body: undefined }],
    ['a body not waited for', { body: Promise.resolve(BODY) }],
  ])('%s verifies nothing, whatever the signature', async (_, misuse) => {
    expect(await reasonOf(misuse as object)).toBe('bad-argument'); // cast: what its type refuses
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', BODY],
  ])('%s in place of its argument is told what it takes', async (_, given) => {
    const misuse = given as Parameters<typeof verifyWebhook>[0]; // cast: what its type refuses
    await expect(verifyWebhook(misuse)).rejects.toThrow('pass {secrets, headers, body, now}');
    await expect(verifyWebhook(misuse)).rejects.toThrow(WebhookVerificationError);
  });

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ toleranceSeconds: '300' }, 'bad-argument', /is "300"; it takes a finite number of seconds/],
    [{ toleranceSeconds: Infinity }, 'bad-argument', /is Infinity; it takes a finite number of seconds/],
    [{ secrets: [] }, 'bad-secret', /no secret is given/],
    [{ secrets: [{ secret: SECRET }] }, 'bad-secret', /holds objects; pass the strings/],
    [{ headers: ['Webhook-Id', 'cb_1', 'Webhook-Timestamp', '1'] }, 'bad-argument', /not rawHeaders/],
  ])('of %o it says %s, and what to pass', async (misuse, reason, message) => {
    expect(await reasonOf(misuse)).toBe(reason);
    const received = { secrets: [SECRET], headers: headersAt(NOW), body: BODY, now: NOW, ...misuse };
    await expect(verifyWebhook(received)).rejects.toThrow(message);
  });

  test('bytes, a time and headers of another realm are taken', async () => {
    const global = { bytes: [...Buffer.from(BODY)], ms: NOW.getTime(), pairs: Object.entries(headersAt(NOW)) };
    const foreign = (code: string): object => ({ value: runInNewContext(code, global) });
    const { value: now } = foreign('new Date(ms)') as { value: Date }; // cast: made by the line itself
    for (const code of ['new Uint8Array(bytes)', 'new Uint8Array(bytes).buffer']) {
      const { value: body } = foreign(code) as { value: Uint8Array }; // cast: see above
      const { value: headers } = foreign('new Map(pairs)') as { value: Map<string, string> }; // cast: see above
      expect(body instanceof Uint8Array).toBe(false);
      expect(await reasonOf({ body, now, headers })).toBe('verified');
    }
  });

  test('a body that was parsed already is told to be passed raw', async () => {
    const parsed: object = { body: PAYLOAD };
    expect(await reasonOf(parsed)).toBe('bad-argument');
    await expect(
      verifyWebhook({ secrets: [SECRET], headers: headersAt(NOW), body: BODY, now: NOW, ...parsed }),
    ).rejects.toThrow(/body is of type Object; pass the raw body/);
  });

  test('the body may be any bytes', async () => {
    const bytes = Buffer.from(`--${BODY}--`).subarray(2, -2);
    expect(await reasonOf({ body: bytes })).toBe('verified');
    expect(await reasonOf({ body: new Uint8Array(bytes) })).toBe('verified');
    expect(await reasonOf({ body: new Uint8Array(bytes).buffer })).toBe('verified');
    const view: object = { body: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
    expect(await reasonOf(view)).toBe('verified');
  });

  test.each([
    ['before', ['', SECRET]],
    ['after', [SECRET, undefined]],
    ['with a line break on', [`${SECRET}\n`, 'hush']],
  ])('a secret that is none does not keep out the good one: %s it', async (_, secrets) => {
    expect(await reasonOf({ secrets })).toBe('verified');
    expect(await reasonOf({ secrets, body: `${BODY} ` })).toBe('no-matching-signature');
  });

  test('headers may be a Map, pairs, or lists; what came twice counts where it is the same', async () => {
    const plain = headersAt(NOW);
    const { 'webhook-signature': signature = '', ...rest } = plain;
    const pairs: object = { headers: Object.entries(plain).map(([name, value]) => [name.toUpperCase(), value]) };
    expect(await reasonOf(pairs)).toBe('verified');
    expect(await reasonOf({ headers: new Map(Object.entries(plain)) })).toBe('verified');
    expect(await reasonOf({ headers: { ...plain, 'Webhook-Id': 'cb_1' } })).toBe('verified');
    expect(await reasonOf({ headers: { ...plain, 'Webhook-Id': 'cb_2' } })).toBe('duplicate-header');
    expect(await reasonOf({ headers: { ...plain, 'webhook-timestamp': ['1', '2'] } })).toBe('duplicate-header');
    expect(await reasonOf({ headers: { ...rest, 'webhook-signature': ['v1,AAAA', signature] } })).toBe('verified');
    const joined = new Headers(plain);
    joined.append('webhook-signature', 'v1,AAAA');
    expect(await reasonOf({ headers: joined })).toBe('verified');
  });

  test('what is not a secret, or not JSON, is told apart', async () => {
    expect(await reasonOf({ secrets: ['hush'] })).toBe('bad-secret');
    expect(await reasonOf({ body: 'no', headers: headersAt(NOW, 'no') })).toBe('not-json');
  });
});
