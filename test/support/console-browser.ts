import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { consoleLink } from '../../infra/local/start/welcome.ts';
import { findChromium } from './find-chromium.ts';
import { PATIENCE_MS } from './patience.ts';

/** Where each screen is kept as a picture where that is asked for, to be looked at; git ignores it. */
const SCREENS = join(import.meta.dirname, '../../dist/screens');

/** A browser whose tabs show the console of one system. */
export interface ConsoleBrowser {
  /** A new tab, which has the key by the link that `npm start` prints; `path` is then gone to. */
  open(key: string, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** The one tab that tests share: a new one costs as much as three pages in it. */
  tab(): Promise<Page>;
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
  let shared: Promise<Page> | null = null;
  async function newTab(options: BrowserContextOptions): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    return page;
  }
  return {
    faults,
    tab: () => (shared ??= newTab({})),
    async open(key, path = '/console', options = {}) {
      const page = await newTab(options);
      await page.goto(consoleLink(url, key));
      if (path !== '/console') await page.goto(`${url}${path}`);
      return page;
    },
    close: () => browser.close(),
  };
}

/** What axe finds wrong with the page as it is shown, as `rule: element`; of other colours the contrast is enough. */
export async function faultsOfAccess(page: Page, only: 'all' | 'color-contrast' = 'all'): Promise<readonly string[]> {
  // By the debugger's own way in: the page's policy lets no script be added.
  if ((await page.evaluate('"axe" in globalThis')) === false) await page.evaluate(axe.source);
  return await page.evaluate(async (rule) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({
      ...(rule === 'all' ? {} : { runOnly: [rule] }),
      resultTypes: ['violations'],
      selectors: false,
    });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, only);
}

/** Keeps what is shown as a picture if the environment has `SCREENS`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (process.env['SCREENS'] === undefined) return;
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: join(SCREENS, `${name}.png`) });
}
