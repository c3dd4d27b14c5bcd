import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { callBinding, CURSOR_LIFETIME_MS, decodeCursor, encodeCursor, listBinding } from '../../shared/api/cursor.ts';
import { matchRoute } from '../../shared/api/match-route.ts';
import { parseJson } from '../../shared/api/parse-json.ts';
import type { Route } from '../../shared/api/route.ts';
import { ROUTES } from '../../shared/api/routes.ts';

describe('matchRoute', () => {
  it.each(ROUTES.map((route: Route) => [route.operation, route] as const))('finds %s by its own path', (_, route) => {
    const path = route.path.replaceAll(/\{\w+\}/g, 'x');
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, 'x']);
    expect(matchRoute(route.method, path)).toEqual({ found: true, route, params: Object.fromEntries(names) });
  });

  it('prefers the literal `callbacks` to a run uid', () => {
    expect(matchRoute('GET', '/v1/runs/callbacks')).toMatchObject({ route: { operation: 'listCallbacks' } });
    expect(matchRoute('POST', '/v1/runs/callbacks')).toEqual({ found: false, allow: ['GET'] });
  });

  it('decodes percent signs within a segment only', () => {
    expect(matchRoute('GET', '/v1/actions/a%20b')).toMatchObject({ params: { action: 'a b' } });
    expect(matchRoute('GET', '/v1/actions/a%2Frun')).toMatchObject({ params: { action: 'a/run' } });
  });

  it.each(['/', '/v1', '/v1/runs/', '/v1/runs//status', '/v2/runs', '/v1/actions/%ff', '/v1/Runs', ''])(
    'knows nothing at %j',
    (path) => {
      expect(matchRoute('GET', path)).toEqual({ found: false, allow: [] });
    },
  );
});

describe('parseJson', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it.each(['{}', ' [1, "a\\"{[", {"b": null}] ', nested(32), '"\\\\"'])('takes %j', (text) => {
    expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ['{', 'line 1, column 2; expected a property name or }'],
    ['{"a":}', 'line 1, column 6; expected a value'],
    ['{"a":1,}', 'line 1, column 8; expected a property name'],
    ['{"a":1\n  "b":2}', 'line 2, column 3; expected , or }'],
    ['{"a" 1}', 'line 1, column 6; expected :'],
    ['[1,]', 'line 1, column 4; expected a value'],
    ['[01]', 'line 1, column 3; expected , or ]'],
    ["{'a':1}", 'line 1, column 2; expected a property name'],
    ['{"a":"b\nc"}', 'line 1, column 8; expected the rest of a string'],
    ['["\\x"]', 'line 1, column 3; expected the rest of a string'],
    ['{"a":undefined}', 'line 1, column 6; expected a value'],
    ['{} {}', 'line 1, column 4; expected nothing more'],
    ['a=1', 'line 1, column 1; expected a value'],
    [nested(33), 'deeper than 32 levels'],
  ])('refuses %j and says where', (text, message) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(
      expect.objectContaining({ label: 'BAD_INPUT', message: expect.stringContaining(message) }),
    );
  });

  it('survives four million open brackets', () => {
    expect(() => parseJson(Buffer.from('['.repeat(4_000_000)))).toThrow(
      expect.objectContaining({ label: 'BAD_INPUT' }),
    );
  });
});

describe('a cursor', () => {
  const sign = (purpose: string, text: string): string =>
    createHmac('sha256', 'key').update(`${purpose}\n${text}`).digest('base64url');
  const verify = (purpose: string, text: string, signature: string): boolean => sign(purpose, text) === signature;
  const now = 1_900_000_000_000;
  const data = { after: 'x', index: 3 };
  const schema = z.strictObject({ after: z.string(), index: z.int() });
  const made = encodeCursor({ data, boundTo: 'here', expiresAt: now + CURSOR_LIFETIME_MS }, sign);
  const expected = { schema, boundTo: 'here', now };

  it('gives back what it carries until it expires', () => {
    expect(decodeCursor(made, { ...expected, now: now + CURSOR_LIFETIME_MS - 1 }, verify)).toEqual(data);
    expect(made).toMatch(/^[\w.-]+$/);
  });

  const [payload = '', signature = ''] = made.split('.');
  const forged = Buffer.from(JSON.stringify({ d: { after: 'y', index: 3 }, e: now * 2 })).toString('base64url');
  it.each<[string, string, Partial<typeof expected>, RegExp]>([
    ['altered', `${forged}.${signature}`, {}, /not valid for this call/],
    [
      'altered in its signature',
      `${made.slice(0, -1)}${made.endsWith('A') ? 'B' : 'A'}`,
      {},
      /not valid for this call/,
    ],
    ['cut short', payload, {}, /not valid for this call/],
    ['lengthened', `${made}.`, {}, /not valid for this call/],
    ['nonsense', 'abc', {}, /not valid for this call/],
    ['from another workspace or query', made, { boundTo: 'there' }, /not valid for this call/],
    ['expired', made, { now: now + CURSOR_LIFETIME_MS }, /expired/],
    ['of another version', encodeCursor({ data: 1, boundTo: 'here', expiresAt: now + 1 }, sign), {}, /earlier version/],
  ])('that is %s is a fault of `cursor`', (_, text, change, message) => {
    expect(() => decodeCursor(text, { ...expected, ...change }, verify)).toThrow(
      expect.objectContaining({
        label: 'BAD_INPUT',
        details: { validationErrors: [{ path: 'cursor', message: expect.stringMatching(message) }] },
      }),
    );
  });

  const binding = (query: string, workspace = 'w', path = '/p'): string =>
    listBinding(workspace, path, new URLSearchParams(query));

  it('is bound to workspace, path and filters, in whatever order and of whatever page size', () => {
    expect(binding('a=1&b=2&a=0&limit=5&cursor=c')).toBe(binding('a=0&limit=9&a=1&b=2'));
    const bindings = [binding('a=1'), binding('a=2'), binding('a=1', 'v'), binding('a=1', 'w', '/q'), binding('')];
    expect(new Set(bindings).size).toBe(bindings.length);
  });

  it('of a live call is bound to the body, in whatever order it is written', () => {
    const bind = (text: string): string => callBinding('w', '/p', JSON.parse(text));
    const written = bind('{"input":{"a":1,"b":[{"c":null,"d":"\\u00e9"}]}}');
    expect(bind('{"input":{"b":[{"d":"é","c":null}],"a":1.0}}')).toBe(written);
    expect(bind('{"input":{"a":1,"b":[{"c":null}]}}')).not.toBe(written);
    expect(bind('{"input":{"a":"1","b":[{"c":null,"d":"é"}]}}')).not.toBe(written);
  });
});
