import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchRoute } from '../../shared/api/match-route.ts';
import { type ConsoleBrowser, faultsOfAccess, keepPicture, openConsoleBrowser } from '../support/console-browser.ts';
import { fetchPatiently } from '../support/fetch-patiently.ts';
import { findChromium } from '../support/find-chromium.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, openCallbackReceiver } from '../support/receiver.ts';

/** What the page may weigh over the network, its script and style included. */
const MAX_GZIP_BYTES = 250 * 1024;

let system: LocalTestSystem;
let receiver: CallbackReceiver;
beforeAll(async () => {
  system = await shareLocalSystem();
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await system.close();
  await receiver.close();
});

/** A document as it is without a key. */
function read(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${system.url}${path}`, { headers });
}

async function listOperations(): Promise<readonly string[]> {
  const { paths } = (await (await read('/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  return Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
}

describe('the reference of a deployment', () => {
  test.each([
    ['/docs', 'text/html; charset=utf-8'],
    ['/docs.md', 'text/markdown; charset=utf-8'],
    ['/llms.txt', 'text/plain; charset=utf-8'],
  ])(
    '%s has every call of its document and its own address, and is not sent again to who has it',
    async (path, type) => {
      const answer = await read(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      const text = await answer.text();
      expect(text).toContain(system.url);
      const operations = await listOperations();
      expect(operations.length).toBeGreaterThan(50);
      expect(operations.filter((operation) => !text.includes(operation))).toEqual([]);
      const etag = answer.headers.get('etag') ?? '';
      const again = await read(path, { 'if-none-match': etag });
      expect([again.status, await again.text()]).toEqual([304, '']);
      const head = await fetch(`${system.url}${path}`, { method: 'HEAD' });
      expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
    },
  );

  test('is led to from /docs/ as the console is from /console/, and only read; so are other callers of the root', async () => {
    for (const [path, page] of [
      ['/docs/', '/docs'],
      ['/console/', '/console'],
      ['/console/?status=FAILED', '/console?status=FAILED'],
    ] as const) {
      const answer = await fetch(`${system.url}${path}`, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).toEqual([308, page]);
      expect((await read(path)).status).toBe(200);
    }
    expect((await fetch(`${system.url}/docs/`, { method: 'POST' })).status).toBe(404);
    expect((await read('/docs/nothing')).status).toBe(404);
    expect(await (await read('/')).text()).toContain('/docs describes the API');
    for (const [method, path] of [
      ['POST', '/docs'],
      ['PUT', '/console'],
      ['DELETE', '/llms.txt'],
      ['PATCH', '/docs.md'],
    ] as const) {
      const answer = await fetch(`${system.url}${path}`, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(await answer.json()).toMatchObject({
        error_label: 'METHOD_NOT_ALLOWED',
        params: { allow: ['GET', 'HEAD'] },
      });
    }
  });

  test('has no link in its text that leads nowhere without the page', async () => {
    const text = await (await read('/docs.md')).text();
    const links = Array.from(text.matchAll(/\[[\w ]+\]\(([^)\s]*)\)/g), ([, href = '']) => href);
    const headings = Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      if (link.startsWith('#')) expect(headings).toContain(link.slice(1));
      else expect(link).toMatch(/^https?:/);
    }
  });

  test('the page runs its own script and style and nothing else, and is light', async () => {
    const answer = await read('/docs', { 'accept-encoding': 'gzip' });
    const page = await answer.text();
    const inside = (tag: string): string => {
      const text = new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`).exec(page)?.[1] ?? '';
      expect(text.length).toBeGreaterThan(1_000);
      return `'sha256-${hash('sha256', text, 'base64')}'`;
    };
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        `script-src ${inside('script')}`,
        `style-src ${inside('style')}`,
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(Number(answer.headers.get('content-length'))).toBeLessThanOrEqual(MAX_GZIP_BYTES);
  });
});

describe.skipIf(findChromium() === null)('the page in a browser', () => {
  let browser: ConsoleBrowser;
  beforeAll(async () => {
    browser = await openConsoleBrowser(system.url);
  });
  afterAll(() => browser?.close());

  test.each([
    ['light', 1_280],
    ['dark', 360],
  ] as const)('is within reach of everybody, %s and %i pixels wide', async (colorScheme, width) => {
    const page = await browser.open(system.apiKey, '/docs', { colorScheme, viewport: { width, height: 800 } });
    await page.getByRole('heading', { name: 'Start', exact: true }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await keepPicture(page, `docs-${colorScheme}-${width}`);
    // Of calls and types that are made alike two of each chapter are enough: all of them take axe 20 s.
    await page.evaluate(
      "document.querySelectorAll('section ~ section article:nth-of-type(n + 3)').forEach((each) => each.remove())",
    );
    expect(await faultsOfAccess(page)).toEqual([]);
    await page.close();
  });

  test('is searched and tried by the keyboard alone, with the key that the console keeps', async () => {
    const page = await browser.open(system.apiKey, '/docs');
    await page.keyboard.press('/');
    await page.keyboard.type('workspace, key and limits');
    await page.getByText(/^\d+ found$/).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#getMe$/);
    const call = page.locator('[data-operation=getMe]');
    await call.getByRole('button', { name: 'Try it' }).press('Enter');
    const key = call.getByLabel('API key');
    await key.waitFor();
    expect(await key.inputValue()).toBe(system.apiKey);
    await call.getByRole('button', { name: 'Send GET' }).press('Enter');
    await call.getByText(/^200 in \d+ ms/).waitFor();
    expect(await call.getByRole('status').textContent()).toContain(system.workspaceUid);
    await page.close();
  });

  test('shows the language that was chosen last', async () => {
    const page = await browser.open(system.apiKey, '/docs#getRun');
    const call = page.locator('[data-operation=getRun]');
    await call.getByText('curl "').waitFor();
    await call.getByRole('button', { name: 'Python' }).click();
    await page.reload();
    await call.getByText('import urllib.request').waitFor();
    expect(await call.getByText('curl "').isVisible()).toBe(false);
    await page.close();
  });

  test('runs into nothing that its policy refuses', () => {
    expect(browser.faults).toEqual([]);
  });
});

interface Sample {
  readonly operation: string;
  readonly code: string;
}

/** The example in curl of each call of `/docs.md`. */
function samplesIn(markdown: string): readonly Sample[] {
  return markdown.split(/^### /m).flatMap((section) => {
    const operation = /^.*\(`(\w+)`\)$/m.exec(section.split('\n', 1)[0] ?? '')?.[1];
    const code = /```sh\n([^]*?)\n```/.exec(section)?.[1];
    return operation === undefined || code === undefined ? [] : [{ operation, code }];
  });
}

/** What curl would be called with, as a shell reads the example. */
function argumentsOf(code: string, environment: Readonly<Record<string, string>>): readonly string[] {
  const script = `set -eu\ncurl() { for each in "$@"; do printf '%s\\0' "$each"; done; }\n${code}`;
  return execFileSync('sh', ['-c', script], { env: environment, encoding: 'utf8' }).split('\0').slice(0, -1);
}

function requestOf(args: readonly string[]) {
  const given = (option: string): readonly string[] =>
    args.flatMap((arg, index) => (arg === option ? [args[index + 1] ?? ''] : []));
  const url = new URL(args.find((arg) => arg.startsWith('http')) ?? '');
  const [body] = given('-d');
  const headers = Object.fromEntries(
    given('-H').map((header) => {
      const [name = '', value] = header.split(': ', 2);
      return [name.toLowerCase(), value ?? ''];
    }),
  );
  return { method: given('-X')[0] ?? (body === undefined ? 'GET' : 'POST'), url, headers, body };
}

/** What ends something comes after what reads it, and what deletes it comes last. */
const rankOf = ({ operation }: Sample): number =>
  ['rotate', 'cancel', 'remove', 'delete'].findIndex((verb) => operation.startsWith(verb));

test('every example in curl is one that a shell and the API take', async () => {
  const started = await startObjects();
  const samples = samplesIn(await (await read('/docs.md')).text());
  expect(samples.map(({ operation }) => operation).toSorted()).toEqual((await listOperations()).toSorted());
  const refused: string[] = [];
  for (const { operation, code } of samples.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const args = argumentsOf(code.replaceAll('https://hooks.example.com/trireme', receiver.url), started);
    const { method, url, headers, body } = requestOf(args);
    expect(matchRoute(method, url.pathname)).toMatchObject({ found: true });
    if (/extract-json-api|http-request/.test(url.pathname)) continue; // they would ask an upstream elsewhere
    expect(url.origin).toBe(system.url);
    const answer = await fetchPatiently(url, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    // An ended run or schedule takes no verb
    const isTaken = answer.status < 300 || (answer.status === 409 && text.includes('"INVALID_STATE"'));
    if (!isTaken) refused.push(`${operation}: ${answer.status} ${text}`);
  }
  expect(refused).toEqual([]);
});

/** What the examples name: a run that has ended with its callbacks, and one of everything else. */
async function startObjects(): Promise<Readonly<Record<string, string>>> {
  const make = async (method: string, path: string, body: unknown): Promise<string> => {
    const answer = await system.api.send(method, path, { body });
    expect(answer.status).toBeLessThan(300);
    return (answer.body as { readonly uid: string }).uid;
  };
  const callback = { url: receiver.url };
  const run = await make('POST', '/v1/actions/search-cities/run/async', { inputs: [{ country: 'MT' }], callback });
  await receiver.untilComplete(run);
  const { body: callbacks } = await system.api.ask('listRunCallbacks', { params: { run_uid: run } });
  const [first] = callbacks;
  return {
    KEY: system.apiKey,
    RUN_UID: run,
    CALLBACK_UID: first?.uid ?? '',
    SCHEDULED_RUN_UID: await make('POST', '/v1/actions/search-cities/run/schedule', {
      inputs: [{ country: 'MT' }],
      cron: '@yearly',
    }),
    BULK_UID: await make('POST', '/v1/bulk', { action: 'cancel', filter: { name: 'no such run' } }),
    KEY_UID: await make('POST', '/v1/keys', { label: 'of the example' }),
    SECRET_NAME: 'GITHUB_TOKEN',
  };
}
