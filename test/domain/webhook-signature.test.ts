import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createWebhookSigner, signWebhook } from '../../shared/domain/webhook-signature.ts';

const OLD = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const BODY = JSON.stringify({ type: 'run.page', results: ['é', '🚣'] });

/** The npm verifier reads the real clock, so its webhooks are dated now. */
const seconds = Math.floor(Date.now() / 1000);
const headersOf = (signature: string) => ({
  'webhook-id': 'cb_1',
  'webhook-timestamp': String(seconds),
  'webhook-signature': signature,
});

test('the standardwebhooks verifier believes a text and its bytes alike', () => {
  const ofText = signWebhook([NEW], 'cb_1', seconds, BODY);
  expect(signWebhook([NEW], 'cb_1', seconds, Buffer.from(BODY))).toBe(ofText);
  expect(new Webhook(NEW).verify(BODY, headersOf(ofText))).toEqual(JSON.parse(BODY));
});

test('while a secret rotates, holders of either believe it', () => {
  const signature = createWebhookSigner([NEW, OLD])('cb_1', seconds, BODY);
  expect(signature).toMatch(/^v1,\S{44} v1,\S{44}$/);
  expect(() => new Webhook(NEW).verify(BODY, headersOf(signature))).not.toThrow();
  expect(() => new Webhook(OLD).verify(BODY, headersOf(signature))).not.toThrow();
});

test('nobody else does, and not with another body', () => {
  const signature = signWebhook([OLD], 'cb_1', seconds, BODY);
  expect(() => new Webhook(NEW).verify(BODY, headersOf(signature))).toThrow();
  expect(() => new Webhook(OLD).verify(`${BODY} `, headersOf(signature))).toThrow();
});

test.each(['', 'whsec_', 'whsec_c2hvcnQ=', Buffer.alloc(32).toString('base64')])(
  '%j is no signing secret',
  (secret) => {
    expect(() => createWebhookSigner([secret])).toThrow(/24 to 64 bytes/);
  },
);
