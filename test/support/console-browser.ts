import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { consoleLink } from '../../infra/local/start/welcome.ts';
import { findChromium } from './find-chromium.ts';
import { PATIENCE_MS } from './patience.ts';

/** Where each screen is kept as a picture, to be looked at; git ignores it. */
const SCREENS = join(import.meta.dirname, '../../dist/screens');

/** A browser whose tabs show the console of one system. */
export interface ConsoleBrowser {
  /** A new tab, which has the key by the link that `npm start` prints; `path` is then gone to. */
  open(key: string, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** What went wrong in any page: exceptions, and what the page's policy refused. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export async function openConsoleBrowser(url: string): Promise<ConsoleBrowser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium on the PATH.');
  // Nothing but our own page runs in it, and a container has no user namespaces.
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const faults: string[] = [];
  return {
    faults,
    async open(key, path = '/console', options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && /Content Security Policy/.test(message.text())) faults.push(message.text());
      });
      await page.goto(consoleLink(url, key));
      if (path !== '/console') await page.goto(`${url}${path}`);
      return page;
    },
    close: () => browser.close(),
  };
}

/** What axe finds wrong with the page as it is shown, as `rule: element`. */
export async function faultsOfAccess(page: Page): Promise<readonly string[]> {
  // By the debugger's own way in: the page's policy lets no script be added.
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: join(SCREENS, `${name}.png`) });
}
