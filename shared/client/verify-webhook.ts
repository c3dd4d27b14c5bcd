/** Why a webhook is not to be believed. */
export type WebhookVerificationReason =
  | 'missing-header'
  | 'duplicate-header'
  | 'bad-timestamp'
  | 'too-old'
  | 'too-new'
  | 'bad-secret'
  | 'no-matching-signature'
  | 'not-json'
  /** What was passed cannot be verified, such as a body that is parsed already: the receiver's own mistake. */
  | 'bad-argument';

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
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A webhook as received: `body` is the raw bytes or text, before any JSON parser; `now` the time of receipt. */
export type ReceivedWebhook = {
  /** Every `whsec_…` secret that is valid now; two while one is being replaced. Empty ones are passed over. */
  readonly secrets: readonly (string | undefined)[];
  readonly headers: WebhookHeaders;
  readonly body: string | Uint8Array | ArrayBuffer;
  readonly now: Date;
  /** How far the sender's clock may be from ours, in seconds. */
  readonly toleranceSeconds?: number;
};

/**
 * The payload of a webhook whose signature and age are right; rejects with WebhookVerificationError otherwise. Runs
 * wherever there is WebCrypto. Source: the Standard Webhooks specification. Dedupe on the payload's `callback_ref_uid`.
 * JSON.parse rounds numbers beyond 2^53; where yours are larger, read the body with a parser that keeps them once this
 * has returned.
 */
export async function verifyWebhook(received: ReceivedWebhook): Promise<unknown> {
  checkReceived(received);
  const { headers, now, toleranceSeconds = 300 } = received;
  const body = bytesOf(received.body);
  const id = oneOf(headers, 'webhook-id');
  const timestamp = oneOf(headers, 'webhook-timestamp');
  const signatures = valuesOf(headers, 'webhook-signature').join(' ');
  checkAge(timestamp, now, toleranceSeconds);
  const keys = keysOf(received.secrets);
  if (!(await isSigned(keys, `${id}.${timestamp}.`, body, signatures))) {
    const hint = 'check the secret, and that the body is verified as received, before parsing';
    throw new WebhookVerificationError('no-matching-signature', `no signature in webhook-signature matches; ${hint}`);
  }
  return parseBody(body);
}

function checkReceived(received: unknown): void {
  if (typeof received === 'object' && received !== null) return;
  throw new WebhookVerificationError('bad-argument', 'nothing is given; pass {secrets, headers, body, now}');
}

/** The name of a built-in type, also of one made in another realm, such as a test's or a worker's own. */
function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function isBuffer(value: unknown): value is ArrayBuffer | SharedArrayBuffer {
  return typeOf(value) === 'ArrayBuffer' || typeOf(value) === 'SharedArrayBuffer';
}

function isDate(value: unknown): value is Date {
  return typeOf(value) === 'Date';
}

type Bytes = Uint8Array<ArrayBuffer>;

function bytesOf(body: unknown): Bytes {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (isBuffer(body)) return new Uint8Array(body as ArrayBuffer); // cast: read only
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength); // cast: as above
  const given = body === null || body === undefined ? 'missing' : `of type ${typeOf(body)}`;
  const hint =
    'pass the raw body, text or bytes as received, before any JSON parser (such as express.raw or request.text)';
  throw new WebhookVerificationError('bad-argument', `the body is ${given}; ${hint}`);
}

function oneOf(headers: WebhookHeaders, name: string): string {
  const [value = '', ...more] = new Set(valuesOf(headers, name));
  if (more.length === 0) return value;
  throw new WebhookVerificationError(
    'duplicate-header',
    `the header ${name} came ${more.length + 1} times, with different values`,
  );
}

/** A header's values, at least one. */
function valuesOf(headers: WebhookHeaders, name: string): readonly string[] {
  if (typeof headers !== 'object' || headers === null) {
    throw new WebhookVerificationError('bad-argument', 'headers are missing; pass those of the request');
  }
  if (Array.isArray(headers) && headers.some((item) => typeof item === 'string')) {
    throw new WebhookVerificationError(
      'bad-argument',
      "headers is a flat list; pass the request's headers, not rawHeaders",
    );
  }
  const found = isWebHeaders(headers) ? [headers.get(name)] : findHeaders(headers, name);
  const values = found.filter((value) => typeof value === 'string').filter((value) => value !== '');
  if (values.length > 0) return values;
  throw new WebhookVerificationError('missing-header', `the header ${name} is missing`);
}

function isWebHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null | undefined } {
  return typeof headers.get === 'function' && typeOf(headers) !== 'Map';
}

function findHeaders(headers: object, name: string): readonly unknown[] {
  const entries: readonly (readonly [unknown, unknown])[] = isPairs(headers) ? [...headers] : Object.entries(headers);
  return entries.filter(([key]) => String(key).toLowerCase() === name).flatMap(([, value]) => value);
}

function isPairs(headers: object): headers is Iterable<readonly [unknown, unknown]> {
  return Array.isArray(headers) || typeOf(headers) === 'Map';
}

function checkAge(timestamp: string, now: unknown, toleranceSeconds: unknown): void {
  if (!isDate(now) || Number.isNaN(now.getTime())) {
    throw new WebhookVerificationError('bad-argument', 'now is no valid Date; pass the time of receipt as a Date');
  }
  if (typeof toleranceSeconds !== 'number' || !Number.isFinite(toleranceSeconds) || toleranceSeconds < 0) {
    throw new WebhookVerificationError(
      'bad-argument',
      `toleranceSeconds is ${tell(toleranceSeconds)}; it takes a finite number of seconds, 0 or more`,
    );
  }
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

/** Text in quotes, so that '300' does not look like the number it should be. */
function tell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? JSON.stringify(value) : `of type ${typeOf(value)}`;
}

async function isSigned(keys: readonly Bytes[], head: string, body: Bytes, signatures: string): Promise<boolean> {
  const given = signatures
    .split(/\s+/)
    .flatMap((text) => (text.startsWith('v1,') ? [bytesOfBase64(text.slice(3))] : []));
  const start = new TextEncoder().encode(head);
  const signed = new Uint8Array(start.length + body.length);
  signed.set(start);
  signed.set(body, start.length);
  let isMatch = false;
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
    // verify compares in constant time
    for (const candidate of given) if (await crypto.subtle.verify('HMAC', key, candidate, signed)) isMatch = true;
  }
  return isMatch;
}

/**
 * The bytes of base64; none for what is no base64. Headers that came twice are joined by a comma, which is left out.
 */
function bytesOfBase64(text: string): Bytes {
  try {
    return Uint8Array.from(atob(text.replaceAll(/[^\w+/=]/g, '')), (character) => character.codePointAt(0) ?? 0);
  } catch {
    return new Uint8Array();
  }
}

/** The keys of the secrets that are some; one that is none, such as an unset variable, must not keep a good one out. */
function keysOf(secrets: unknown): readonly Bytes[] {
  if (!Array.isArray(secrets)) {
    throw new WebhookVerificationError('bad-argument', 'secrets is no list; pass [secret]');
  }
  const keys = secrets.map(keyOf).filter((key) => key.length > 0);
  if (keys.length > 0) return keys;
  throw new WebhookVerificationError('bad-secret', whyNoSecret(secrets));
}

function whyNoSecret(secrets: readonly unknown[]): string {
  if (secrets.length === 0) return 'no secret is given';
  if (secrets.some((secret) => typeof secret === 'object' && secret !== null)) {
    return 'secrets holds objects; pass the strings, "whsec_" followed by base64';
  }
  return 'none of the given signing secrets is "whsec_" followed by base64';
}

function keyOf(secret: unknown): Bytes {
  const text = typeof secret === 'string' ? secret.trim() : '';
  return bytesOfBase64(text.startsWith('whsec_') ? text.slice(6) : '');
}

function parseBody(body: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new WebhookVerificationError('not-json', 'the body is signed but is not JSON', cause);
  }
}
