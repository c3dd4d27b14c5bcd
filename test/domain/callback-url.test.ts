import { describe, expect, test } from 'vitest';
import { checkCallbackHeaders } from '../../shared/domain/callback-headers.ts';
import { parseCallbackUrl } from '../../shared/domain/callback-url.ts';

const CLOUD = { allowedPorts: [443], allowLocalHttp: false };
const LOCAL = { allowedPorts: [443], allowLocalHttp: true };

function read(text: string, policy = CLOUD): string {
  const parsed = parseCallbackUrl(text, policy);
  return 'url' in parsed ? parsed.url.href : parsed.message;
}

describe('parseCallbackUrl', () => {
  test.each([
    ['https://example.com/hook?a=1', 'https://example.com/hook?a=1'],
    ['https://example.com:443', 'https://example.com/'],
    ['https://EXAMPLE.com./x', 'https://example.com./x'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1]/', 'https://[2606:4700::1]/'],
    ['https://example.com/a#part', 'https://example.com/a'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ])('takes %s as %s', (text, href) => {
    expect(read(text)).toBe(href);
  });

  test.each([
    ['hook', /must be an absolute URL/],
    ['http://example.com/', /^http is not allowed; use https$/],
    ['ftp://example.com/', /^ftp is not allowed/],
    ['https://example.com:8443/', /port 8443 is not allowed; allowed: 443/],
    ['https://user@example.com/', /user name or password/],
    ['https://:pw@example.com/', /user name or password/],
    ['https://127.0.0.1/', /127\.0\.0\.0\/8/],
    ['https://127.0.0.1./', /127\.0\.0\.0\/8/],
    ['https://2130706433/', /127\.0\.0\.0\/8/],
    ['https://0x7f.1/', /127\.0\.0\.0\/8/],
    ['https://0177.0.0.1/', /127\.0\.0\.0\/8/],
    ['https://169.254.169.254/latest/meta-data', /169\.254\.0\.0\/16/],
    ['https://１２７.0.0.1/', /127\.0\.0\.0\/8/],
    ['https://[::1]/', /loopback/],
    ['https://[::ffff:127.0.0.1]/', /written as IPv6/],
    ['https://[fd00:ec2::254]/', /metadata/],
    ['https://localhost/', /not a public host/],
    ['https://localhost./', /not a public host/],
    ['https://api.localhost/', /not a public host/],
    ['https://example.com../', /empty label/],
    ['https://./', /empty label/],
    [`https://${'a'.repeat(64)}.example/`, /too long/],
    [`https://example.com/${'a'.repeat(2029)}`, /2049 characters, over the limit of 2048/],
  ])('refuses %s', (text, message) => {
    expect(read(text)).toMatch(message);
  });

  test('takes exactly 2,048 characters', () => {
    expect(read(`https://example.com/${'a'.repeat(2028)}`)).toHaveLength(2048);
  });

  test('a stage may allow more https ports', () => {
    expect(read('https://example.com:8443/', { allowedPorts: [443, 8443], allowLocalHttp: false })).toContain(':8443');
  });

  test.each(['http://127.0.0.1:9000/x', 'http://[::1]:1/', 'http://localhost/', 'http://localhost:65535/'])(
    'the local stage also takes %s',
    (text) => {
      expect(read(text, LOCAL)).toBe(text);
      expect(read(text, CLOUD)).toMatch(/^http is not allowed/);
    },
  );

  test.each([
    ['http://example.com/', /use https \(or http to 127\.0\.0\.1/],
    ['http://127.0.0.2/', /^http is not allowed/],
    ['http://localhost.evil.example/', /^http is not allowed/],
    ['http://localhost./', /^http is not allowed/],
    ['http://u@localhost/', /user name or password/],
    ['http://0.0.0.0/', /^http is not allowed/],
    ['https://127.0.0.1/', /127\.0\.0\.0\/8/],
    ['https://localhost/', /not a public host/],
    ['https://10.0.0.1/', /10\.0\.0\.0\/8/],
    ['https://example.com:8443/', /port 8443/],
  ])('the local stage refuses %s like every other', (text, message) => {
    expect(read(text, LOCAL)).toMatch(message);
  });
});

describe('checkCallbackHeaders', () => {
  test('takes ordinary headers', () => {
    expect(checkCallbackHeaders({ authorization: 'Bearer x', 'X-Tenant': 'a\tb', 'user-agent': '' })).toBeNull();
  });

  test.each([
    'Host',
    'Content-Type',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'Webhook-Id',
    'webhook-signature',
    'proxy-authorization',
    'TE',
    'trailer',
    'upgrade',
    'keep-alive',
    'expect',
  ])('keeps %s for the sender', (name) => {
    expect(checkCallbackHeaders({ [name]: 'x' })).toBe(`header "${name}" is set by the API and cannot be changed`);
  });

  test.each([['te-x'], ['hostname'], ['x-webhook-id']])('leaves %s, which only resembles one', (name) => {
    expect(checkCallbackHeaders({ [name]: 'x' })).toBeNull();
  });

  test.each(['', 'a b', 'a:b', 'a\r\nb', 'é'])('refuses %j as a name', (name) => {
    expect(checkCallbackHeaders({ [name]: 'x' })).toMatch(/is not a header name/);
  });

  test.each(['a\r\nwebhook-id: 1', 'a\nb', 'a\rb'])('refuses the value %j, naming its header', (value) => {
    expect(checkCallbackHeaders({ 'x-a': value })).toBe('the value of header "x-a" contains a line break');
  });

  test('refuses what is not printable ASCII', () => {
    expect(checkCallbackHeaders({ 'x-a': 'é' })).toMatch(/"x-a" may contain only printable ASCII/);
    expect(checkCallbackHeaders({ 'x-a': '\0' })).toMatch(/"x-a" may contain only printable ASCII/);
  });

  test('refuses one name in two spellings', () => {
    expect(checkCallbackHeaders({ 'x-a': '1', 'X-A': '2' })).toMatch(/"X-A" is given twice/);
  });

  test('takes 20 headers and 4,096 bytes, not one more', () => {
    const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'v']));
    expect(checkCallbackHeaders(twenty)).toBeNull();
    expect(checkCallbackHeaders({ ...twenty, 'x-20': 'v' })).toBe('there are 21 headers, over the limit of 20');
    expect(checkCallbackHeaders({ 'x-a': 'v'.repeat(4093) })).toBeNull();
    expect(checkCallbackHeaders({ 'x-a': 'v'.repeat(4094) })).toMatch(/4097 bytes together, over the limit of 4096/);
  });
});
