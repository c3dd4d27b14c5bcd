import { describe, expect, test } from 'vitest';
import { extractJsonApi } from '../../functions/actions/extract-json-api.ts';
import { httpRequest } from '../../functions/actions/http-request.ts';
import { parseStoredHeader, refusalOfCall } from '../../functions/actions/upstream/stored-header.ts';
import { startUpstream } from '../support/start-upstream.ts';
import { runPage, walkAction } from '../support/walk-action.ts';

const HOME = '11111111-1111-4111-8111-111111111111';
const AWAY = '22222222-2222-4222-8222-222222222222';
const CANARY = 'canary-0123456789';

const good = { origins: ['https://api.example.com'], header: 'authorization', value: CANARY };

describe('a stored secret that cannot be used is refused by field and without its value', () => {
  test.each<[string, unknown, string]>([
    ['no JSON', CANARY, 'must hold JSON {"origins": ["https://host"]'],
    ['another JSON', [CANARY], 'must hold JSON'],
    ['no origins', { ...good, origins: undefined }, 'origins '],
    ['origins of nothing', { ...good, origins: [] }, 'origins must name an origin'],
    [
      'an origin with a path',
      { ...good, origins: ['https://a.example/v1'] },
      'origins.0 must be an origin: without a path',
    ],
    ['an origin that is none', { ...good, origins: [CANARY] }, 'origins.0 must be an origin such as'],
    ['no value', { ...good, value: undefined }, 'value '],
    ['an empty value', { ...good, value: '' }, 'value is empty'],
    ['a line break', { ...good, value: `${CANARY}\n` }, 'value holds a line break'],
    ['a tab', { ...good, value: `a\t${CANARY}` }, 'value holds a control character'],
    ['a space at its end', { ...good, value: `${CANARY} ` }, 'value begins or ends with a space'],
    ['what no header takes', { ...good, value: `${CANARY}€` }, 'value holds a character that no header can carry'],
    ['a header that is none', { ...good, header: `x ${CANARY}` }, 'header must be the name of a header'],
    ['a header of the client', { ...good, header: 'Host' }, 'header names a header that the client sets itself'],
    ['a value under another name', { ...good, [CANARY]: CANARY }, 'has an unknown property'],
    ['a method that there is not', { ...good, methods: ['get'] }, 'methods.0 must be of GET, HEAD'],
    ['no method', { ...good, methods: [] }, 'methods must name a method; leave it out'],
    ['a path without /', { ...good, paths: ['v1'] }, 'paths.0 must be a path from /'],
    ['a star within a path', { ...good, paths: ['/v1/*/x'] }, 'paths.0 must be a path from /'],
    ["a workspace's name", { ...good, workspaces: ['acme'] }, "workspaces.0 must be a workspace's uid"],
  ])('%s', (_, stored, fault) => {
    const parsed = parseStoredHeader(typeof stored === 'string' ? stored : JSON.stringify(stored));
    expect(parsed).toMatchObject({ fault: expect.stringContaining(fault) });
    expect(JSON.stringify(parsed)).not.toContain(CANARY);
  });
});

describe('a secret goes only where its owner lets it', () => {
  const call = { url: new URL('https://api.example.com/v1/items?page=2'), method: 'GET', workspaceUid: HOME };

  test.each<[string, object, object, string | null]>([
    ['nowhere said', {}, {}, null],
    ['its workspace', { workspaces: [AWAY, HOME.toUpperCase()] }, {}, null],
    ['another workspace', { workspaces: [AWAY] }, {}, 'is not for this workspace'],
    ['its method', { methods: ['GET'] }, {}, null],
    [
      'another method',
      { methods: ['GET', 'HEAD'] },
      { method: 'POST' },
      'may not be sent with POST, only with GET, HEAD',
    ],
    ['its path', { paths: ['/v1/items'] }, {}, null],
    ['under its path', { paths: ['/v1/*'] }, {}, null],
    [
      'another path',
      { paths: ['/v1/orders', '/v2/*'] },
      {},
      'may not be sent to the path /v1/items, only to /v1/orders',
    ],
    ['a longer path', { paths: ['/v1'] }, {}, 'may not be sent to the path'],
    ['a path that climbs', { paths: ['/v1/*'] }, { url: new URL('https://api.example.com/v1/../admin') }, '/admin'],
    ['one that climbs encoded', { paths: ['/v1/*'] }, { url: new URL('https://api.example.com/v1/..%2Fadmin') }, '%2F'],
    ['another origin', {}, { url: new URL('https://api.example.com.evil.example/') }, 'may not be sent to https://api'],
  ])('%s', (_, stored, change, refusal) => {
    const parsed = parseStoredHeader(JSON.stringify({ ...good, ...stored }));
    if ('fault' in parsed) throw new Error(parsed.fault);
    const told = refusalOfCall(parsed, { ...call, ...change });
    expect(told).toEqual(refusal === null ? null : expect.stringContaining(refusal));
  });

  test('both actions hold to it, on every page', async () => {
    await using upstream = await startUpstream(({ url }) => ({
      headers: { link: `<${url.pathname}/next>; rel="next"` },
      body: [{ at: url.pathname }],
    }));
    const stored = (more: object): string => JSON.stringify({ ...good, origins: [upstream.origin], ...more });
    const request = { url: upstream.origin, method: 'POST', secret: 'HTTP_REQUEST_A' };
    const secrets = { HTTP_REQUEST_A: stored({ methods: ['GET'] }) };
    await expect(runPage(httpRequest, request, {}, { secrets })).rejects.toThrow('may not be sent with POST');
    const foreign = { secrets: { HTTP_REQUEST_A: stored({ workspaces: [AWAY] }) }, workspaceUid: HOME };
    await expect(runPage(httpRequest, request, {}, foreign)).rejects.toMatchObject({
      actionError: { kind: 'permanent', label: 'BAD_INPUT' },
    });
    expect(upstream.requests).toEqual([]);

    const list = { url: `${upstream.origin}/v1`, pagination: { kind: 'link_header' }, secret: 'EXTRACT_JSON_API_A' };
    const walked = walkAction(extractJsonApi, list, { secrets: { EXTRACT_JSON_API_A: stored({ paths: ['/v1'] }) } });
    await expect(walked).rejects.toThrow('may not be sent to the path /v1/next');
    expect(upstream.requests.map(({ url }) => url.pathname)).toEqual(['/v1']);
  });
});
