import { hash } from 'node:crypto';
import { get } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openApiClient } from '../../support/api-client.ts';
import type { LocalTestSystem } from '../../support/local-system.ts';

/** What a page may weigh over the network, its script and style included. */
const MAX_GZIP_BYTES = 60 * 1024;

/** As it came over the wire: fetch would decompress it. */
function askOf(url: string, path: string, headers: Readonly<Record<string, string>>, method = 'GET') {
  return new Promise<{ status: number; headers: Readonly<Record<string, unknown>>; body: Buffer }>(
    (resolve, reject) => {
      get(`${url}${path}`, { headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      }).on('error', reject);
    },
  );
}

/** What is served at /console, whoever reads it. */
export function pageAnswers(system: () => LocalTestSystem): void {
  const ask = (path: string, headers: Readonly<Record<string, string>>, method?: string) =>
    askOf(system().url, path, headers, method);

  test.each(['/console', '/console/runs/01234567-89ab-8cde-8f01-23456789abcd'])(
    '%s is the console, whose policy names its own script and style and lets nothing else run',
    async (path) => {
      const { status, headers, body } = await ask(path, { accept: 'text/html' });
      expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      const html = body.toString();
      const inside = (tag: string): string => {
        const text = new RegExp(`<${tag}[^>]*>([^]*)</${tag}>`).exec(html)?.[1] ?? '';
        expect(text.length).toBeGreaterThan(10);
        return `'sha256-${hash('sha256', text, 'base64')}'`;
      };
      expect(headers['content-security-policy']).toBe(
        [
          "default-src 'none'",
          `script-src ${inside('script')}`,
          `style-src ${inside('style')}`,
          'img-src data:',
          `connect-src 'self' ${system().runtime.gateway.url}`,
          "frame-ancestors 'none'",
          "base-uri 'none'",
          "form-action 'none'",
        ].join('; '),
      );
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      expect(html).not.toMatch(/(src|href)="?(https?:)?\/\//);
    },
  );

  test('the page comes compressed, is light, and is not sent again to who has it', async () => {
    const plain = await ask('/console', {});
    const gzip = await ask('/console', { 'accept-encoding': 'gzip' });
    const brotli = await ask('/console', { 'accept-encoding': 'gzip, deflate, br' });
    expect([gzip.headers['content-encoding'], brotli.headers['content-encoding']]).toEqual(['gzip', 'br']);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    expect(gzip.body.length).toBeLessThanOrEqual(MAX_GZIP_BYTES);
    const etag = String(plain.headers['etag']);
    const again = await ask('/console/runs', { 'if-none-match': etag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const head = await ask('/console', {}, 'HEAD');
    expect([head.status, head.headers['etag'], head.body.length]).toEqual([200, etag, 0]);
  });

  test('the root leads a browser to the console, and is no path of the API', async () => {
    const browser = await ask('/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([browser.status, browser.headers['location']]).toEqual([302, '/console']);
    const program = await ask('/', { accept: '*/*' });
    expect([program.status, JSON.parse(program.body.toString())]).toMatchObject([404, { error_label: 'NOT_FOUND' }]);
  });

  test('a page of this deployment may put an upload, and a page of another origin may not', async () => {
    const upload = await openApiClient(system().url, system().apiKey).ask('createUpload', { body: {} });
    const { url, headers, method } = upload.body;
    const asking = (origin: string) => ({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'if-none-match' },
    });
    const ours = await fetch(url, asking(system().url));
    expect([ours.status, ours.headers.get('access-control-allow-origin')]).toEqual([200, system().url]);
    expect(ours.headers.get('access-control-allow-headers')).toBe('if-none-match');
    const theirs = await fetch(url, asking('https://elsewhere.example'));
    expect([theirs.status, theirs.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const put = await fetch(url, { method, headers: { ...headers, origin: system().url }, body: '{"country":"AD"}\n' });
    expect([put.status, put.headers.get('access-control-allow-origin')]).toEqual([200, system().url]);
  });

  test('a stage whose address is http binds no browser to https, and one that allows no origin tells none anything', async () => {
    const origin = 'https://app.example.com';
    for (const path of ['/v1/openapi.json', '/v1/me', '/console', '/v1/nothing']) {
      const { headers } = await ask(path, { origin, 'x-api-key': system().apiKey });
      expect(headers['x-content-type-options']).toBe('nosniff');
      const asked = await ask(path, { origin, 'access-control-request-method': 'GET' }, 'OPTIONS');
      expect([asked.status, asked.body.length]).toEqual([204, 0]);
      const given = [...Object.keys(headers), ...Object.keys(asked.headers)];
      expect(given.filter((name) => /^(strict-transport-security|access-control-.*)$/.test(name))).toEqual([]);
    }
    const notAsking = await ask('/v1/me', {}, 'OPTIONS');
    expect([notAsking.status, notAsking.headers['allow']]).toEqual([405, 'GET']);
  });
}
