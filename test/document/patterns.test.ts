import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { requestHeaders } from '../../functions/actions/upstream/request-schemas.ts';
import {
  CALLBACK_HEADER_PATTERN,
  CALLBACK_URL_PATTERN,
  CRON_PATTERN,
  CURSOR_PATTERN,
  IDEMPOTENCY_KEY_PATTERN,
  PREFER_WAIT_PATTERN,
  TIME_ZONE_PATTERN,
} from '../../shared/api/patterns.ts';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { renderOpenapi } from '../../shared/api/document/openapi.ts';
import { HEADER_VALUE_PATTERN } from '../../shared/domain/header-pattern.ts';
import { readPreferredWait } from '../../functions/http/prefer-wait.ts';
import { encodeCursor } from '../../shared/api/cursor.ts';
import { createKeyring } from '../../shared/aws/keyring.ts';
import { checkCallbackHeaders } from '../../shared/domain/callback-headers.ts';
import { parseCallbackUrl } from '../../shared/domain/callback-url.ts';
import { parseCron } from '../../shared/domain/cron/parse-cron.ts';
import { timeZoneFault } from '../../shared/domain/cron/time-zone.ts';
import { randomCron, seededRandom } from '../support/random-cron.ts';

const takes = (pattern: string, text: string): boolean => new RegExp(pattern, 'u').test(text);

function takesCron(text: string): boolean {
  try {
    parseCron(text);
    return true;
  } catch {
    return false;
  }
}

const local = { allowedPorts: [443], allowLocalHttp: true };
const takesUrl = (text: string): boolean => 'url' in parseCallbackUrl(text, local);

it('every pattern of the document is read alike by JavaScript, Python and Java', () => {
  const document = renderOpenapi([extractJsonApi, searchCities]);
  const patterns = [...document.matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map(([, text = '""']) =>
    String(JSON.parse(text)),
  );
  expect(patterns.length).toBeGreaterThan(10);
  // Properties of characters, lookbehinds and named groups, flags: not the same everywhere.
  expect(patterns.filter((pattern) => /\\[pPkAzZ]|\(\?(?![:=!])/.test(pattern))).toEqual([]);
  for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
});

it.each([
  'Content-Type',
  'X-Trace',
  'accept',
  'Authorization',
  'cookie',
  'Content-Length',
  'proxy-x',
  'Host',
  'a b',
  '',
])('the header %j of an action is taken by the document if the action takes it', (name) => {
  const { propertyNames } = z.toJSONSchema(requestHeaders);
  const { pattern = '' } = typeof propertyNames === 'object' ? propertyNames : {};
  expect(takes(pattern, name)).toBe(requestHeaders.safeParse({ [name]: 'x' }).success);
});

describe('the document takes', () => {
  it.each(['* * * * *', '0 9 * * MON-FRI', '*/5\t0-23/2  1,15 jan sun', '@daily', ' @ANNUALLY ', '5-7 4 * 2 7'])(
    'the cron expression %j, as the API does',
    (cron) => expect([takesCron(cron), takes(CRON_PATTERN, cron)]).toEqual([true, true]),
  );

  it('every cron expression that the API takes', () => {
    const random = seededRandom(1);
    const crons = Array.from({ length: 500 }, () => randomCron(random)).filter(takesCron);
    expect(crons.length).toBeGreaterThan(400);
    expect(crons.filter((cron) => !takes(CRON_PATTERN, cron))).toEqual([]);
  });

  it('every time zone that the API takes', () => {
    const zones = [
      ...Intl.supportedValuesOf('timeZone'),
      'UTC',
      'GMT',
      'Etc/GMT+5',
      'Australia/NSW',
      'US/East-Indiana',
    ];
    const taken = zones.filter((zone) => timeZoneFault(zone) === null);
    expect(taken.length).toBeGreaterThan(300);
    expect(taken.filter((zone) => !takes(TIME_ZONE_PATTERN, zone))).toEqual([]);
  });

  it.each(['https://example.com', 'HTTPS://example.com:443/a?b=c@d#e', 'http://127.0.0.1:4000/x', 'http://[::1]/'])(
    'the callback URL %s, as the API does',
    (url) => expect([takesUrl(url), takes(CALLBACK_URL_PATTERN, url)]).toEqual([true, true]),
  );

  it.each([
    ['authorization', 'Bearer a.b'],
    ['x-te', ''],
    ['X_1', 'a\tb'],
    ['Hosted', '~'],
    ['webhooks', '1'],
  ])('the header %s for callbacks, as the API does', (name, value) => {
    expect(checkCallbackHeaders({ [name]: value })).toBeNull();
    expect([takes(CALLBACK_HEADER_PATTERN, name), takes(HEADER_VALUE_PATTERN, value)]).toEqual([true, true]);
  });

  it('every cursor that the API makes', () => {
    const keyring = createKeyring(Buffer.alloc(32, 7), (count) => Buffer.alloc(count, 1));
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        expect(
          encodeCursor({ data, boundTo: 'x', expiresAt: 1 }, (purpose, text) => keyring.sign(purpose, text)),
        ).toMatch(new RegExp(CURSOR_PATTERN, 'u'));
      }),
    );
  });

  it.each([1, 9, 10, 19, 20, 25])('Prefer: wait=%i, as the API does', (seconds) => {
    expect(readPreferredWait(`wait=${seconds}`)).toBe(seconds);
    expect(takes(PREFER_WAIT_PATTERN, `wait=${seconds}`)).toBe(true);
  });
});

describe('the document refuses', () => {
  it.each([
    '',
    '* * * *',
    '0 0 * * * *',
    '@reboot',
    '0 0 L * *',
    '0 0 * * 5#2',
    '0 0 ? * *',
    '* *\n* * *',
    'jan * * * *',
  ])('the cron expression %j, as the API does', (cron) =>
    expect([takesCron(cron), takes(CRON_PATTERN, cron)]).toEqual([false, false]),
  );

  it.each(['+02:00', 'UTC+1', 'CET', 'europe/Berlin', 'Europe/', ''])('the time zone %j, as the API does', (zone) => {
    expect(timeZoneFault(zone)).not.toBeNull();
    expect(takes(TIME_ZONE_PATTERN, zone)).toBe(false);
  });

  it.each(['ftp://example.com', 'http://example.com/', 'https://a:b@example.com', 'example.com', 'https://', ''])(
    'the callback URL %j, as the API does',
    (url) => expect([takesUrl(url), takes(CALLBACK_URL_PATTERN, url)]).toEqual([false, false]),
  );

  it.each(['Host', 'content-type', 'Webhook-Id', 'TE', 'a b', 'a:b', 'é', ''])(
    'the header %j for callbacks, as the API does',
    (name) => {
      expect(checkCallbackHeaders({ [name]: 'x' })).not.toBeNull();
      expect(takes(CALLBACK_HEADER_PATTERN, name)).toBe(false);
    },
  );

  it.each(['a\nb', 'é'])('the value %j of a header for callbacks, as the API does', (value) => {
    expect(checkCallbackHeaders({ 'x-a': value })).not.toBeNull();
    expect(takes(HEADER_VALUE_PATTERN, value)).toBe(false);
  });

  it.each(['', ' ', 'a ', 'é', 'a\tb', 'x'.repeat(256)])('the Idempotency-Key %j', (key) => {
    expect(takes(IDEMPOTENCY_KEY_PATTERN, key)).toBe(false);
  });

  it.each(['wait=0', 'wait=26', 'wait=1.5', 'wait='])('Prefer: %s, as the API does', (preference) => {
    expect(() => readPreferredWait(preference)).toThrow('wait must be');
    expect(takes(PREFER_WAIT_PATTERN, preference)).toBe(false);
  });
});
