import { describe, expect, it } from 'vitest';
import { parseHostRule, refusalOfCallbackHost } from '../../shared/domain/callback-host.ts';

describe('an entry of a list of callback hosts', () => {
  it.each([
    ['hooks.example.com', 'hooks.example.com'],
    ['Hooks.EXAMPLE.com', 'hooks.example.com'],
    ['hooks.example.com.', 'hooks.example.com'],
    ['*.Example.com', '*.example.com'],
    ['*.example.com.', '*.example.com'],
    ['*.a.b.example.com', '*.a.b.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['*.BÜCHER.example', '*.xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['bücher。example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
    ['203.0.114.7', '203.0.114.7'],
    ['0xcb.0.114.7', '203.0.114.7'],
    ['[2606:4700::0:1111]', '[2606:4700::1111]'],
  ])('%s is kept as %s', (text, rule) => {
    expect(parseHostRule(text)).toEqual({ rule });
  });

  it.each([
    '',
    '.',
    '*',
    '*.',
    '*.com',
    '**.example.com',
    'a.*.example.com',
    '*example.com',
    'example.*',
    '*.*.example.com',
    '.example.com',
    'a..example.com',
    'example.com..',
    'example.com:443',
    'example.com:8443',
    'https://example.com',
    'example.com/',
    'example.com?x',
    'example.com#x',
    'me@example.com',
    'exa mple.com',
    ' example.com',
    'example%2ecom',
    'example\\com',
    '2606:4700::1111',
    '[2606:4700::1111]:443',
    '[::1',
    '999.1.1.1',
    '*.203.0.114.7',
    '*.1.2',
    '*.[::1]',
  ])('%j is refused', (text) => {
    expect(parseHostRule(text)).toEqual({ message: expect.stringContaining(`"${text}"`) });
  });
});

describe('a callback URL', () => {
  const rules = ['hooks.example.com', '*.example.org', '*.xn--bcher-kva.example', '203.0.114.7', '[2606:4700::1111]'];
  const refusal = (url: string): string | null => refusalOfCallbackHost(new URL(url), rules);

  it.each([
    'https://hooks.example.com/x?y=z',
    'https://HOOKS.example.COM/',
    'https://hooks.example.com./',
    'https://hooks.example.com:8443/',
    'https://a.example.org/',
    'https://a.b.c.example.org/',
    'https://a.example.org./',
    'https://hooks.bücher.example/',
    'https://hooks.xn--bcher-kva.example/',
    'https://203.0.114.7/',
    'https://0313.0.114.7/',
    'https://[2606:4700:0:0::1111]/',
  ])('%s is on a host that is allowed', (url) => {
    expect(refusal(url)).toBeNull();
  });

  it.each([
    'https://example.com/',
    'https://a.hooks.example.com/',
    'https://example.org/',
    'https://evilexample.org/',
    'https://example.org.evil.example/',
    'https://hooks.example.com.evil.example/',
    'https://hooks.example.com@evil.example/',
    'https://evil.example/hooks.example.com',
    'https://evil.example/?hooks.example.com',
    'https://evil.example#.example.org',
    'https://bücher.example/',
    'https://bucher.example/',
    'https://203.0.114.8/',
    'https://203.0.114.7.evil.example/',
  ])('%s is not', (url) => {
    expect(refusal(url)).toMatch(
      /^callbacks may not be sent to the host \S+; allowed: hooks\.example\.com, \*\.example/,
    );
  });

  it('that is refused names the first ten hosts that are allowed', () => {
    const many = Array.from({ length: 12 }, (_, index) => `h${index}.example`);
    expect(refusalOfCallbackHost(new URL('https://x.example/'), many)).toMatch(
      /h0\.example, .*h9\.example and 2 more$/,
    );
  });
});
