import { createHmac, timingSafeEqual } from 'node:crypto';

/** Why a webhook is not to be believed. */
export type WebhookVerificationReason =
  | 'missing-header'
  | 'bad-timestamp'
  | 'too-old'
  | 'too-new'
  | 'bad-secret'
  | 'no-matching-signature'
  | 'not-json';

/** A webhook that did not come from the holder of the secret, came too late, or is broken. Answer it with 400. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  readonly reason: WebhookVerificationReason;

  constructor(reason: WebhookVerificationReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
  }
}

/** Web-standard headers, or an object such as Node's `request.headers`. */
type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A webhook as received: `body` is the raw bytes or text, before any JSON parser; `now` the time of receipt. */
export type ReceivedWebhook = {
  /** Every `whsec_…` secret that is valid now; two while one is being replaced. */
  readonly secrets: readonly string[];
  readonly headers: WebhookHeaders;
  readonly body: Uint8Array | string;
  readonly now: Date;
  /** How far the sender's clock may be from ours, in seconds. */
  readonly toleranceSeconds?: number;
};

/**
 * The payload of a webhook whose signature and age are right; throws WebhookVerificationError otherwise.
 * Source: the Standard Webhooks specification. Dedupe on the payload's `callback_ref_uid`.
 */
export function verifyWebhook(received: ReceivedWebhook): unknown {
  const { secrets, headers, body, now, toleranceSeconds = 300 } = received;
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  checkAge(timestamp, now, toleranceSeconds);
  if (!isSigned(secrets, `${id}.${timestamp}.`, body, signatures)) {
    throw new WebhookVerificationError(
      'no-matching-signature',
      'no signature in webhook-signature matches; check the secret, and that the body is verified as received, before parsing',
    );
  }
  return parseBody(body);
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = isWebHeaders(headers) ? headers.get(name) : findHeader(headers, name);
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError('missing-header', `the header ${name} is missing`);
}

function isWebHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function findHeader(headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string): unknown {
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return Array.isArray(entry?.[1]) ? entry[1][0] : entry?.[1];
}

function checkAge(timestamp: string, now: Date, toleranceSeconds: number): void {
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError(
      'bad-timestamp',
      'webhook-timestamp is not a whole number of seconds since 1970',
    );
  }
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  const limit = `${toleranceSeconds} s are allowed`;
  if (age > toleranceSeconds) throw new WebhookVerificationError('too-old', `the webhook is ${age} s old; ${limit}`);
  if (age < -toleranceSeconds) {
    throw new WebhookVerificationError('too-new', `the webhook is dated ${-age} s ahead; ${limit}: check the clock`);
  }
}

function isSigned(secrets: readonly string[], head: string, body: Uint8Array | string, signatures: string): boolean {
  const given = signatures
    .split(' ')
    .flatMap((text) => (text.startsWith('v1,') ? [Buffer.from(text.slice(3), 'base64')] : []));
  let isMatch = false;
  for (const secret of secrets) {
    const expected = createHmac('sha256', keyOf(secret)).update(head).update(body).digest();
    for (const candidate of given) {
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) isMatch = true;
    }
  }
  return isMatch;
}

function keyOf(secret: string): Uint8Array {
  const key = Buffer.from(secret.startsWith('whsec_') ? secret.slice(6) : '', 'base64');
  if (key.length > 0) return key;
  throw new WebhookVerificationError('bad-secret', 'a signing secret is "whsec_" followed by base64');
}

function parseBody(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  } catch (cause) {
    throw new WebhookVerificationError('not-json', 'the body is signed but is not JSON', cause);
  }
}
