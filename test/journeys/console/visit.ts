import type { Page } from 'playwright-core';
import { consoleLink } from '../../../infra/local/start/welcome.ts';
import { issueKey } from '../../../infra/admin/issue-key.ts';
import { openStage } from '../../../infra/admin/stage-access.ts';
import { addressOf } from '../../../infra/local/start/prepare-access.ts';
import type { Trireme } from '../../../shared/client/trireme.ts';
import { systemClock, systemRandom } from '../../../shared/process/system.ts';
import type { LocalTestSystem } from '../../support/local-system.ts';
import { openTrireme } from '../../support/open-trireme.ts';

/** How a screen is looked at. */
export interface Look {
  /** Another key than the workspace's own. */
  readonly apiKey?: string;
  /** CSS pixels; 1280 if not given. */
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A workspace of its own, and the tab that shows its console: all visits share one tab, one system and one browser. */
export interface Visit {
  readonly system: LocalTestSystem;
  readonly apiKey: string;
  readonly trireme: Trireme;
  readonly page: Page;
  /** Loads a screen, such as `/runs`, anew and with the key. */
  readonly show: (path: string, look?: Look) => Promise<Page>;
}

export async function openVisit(system: LocalTestSystem, page: Page, workspaceName: string): Promise<Visit> {
  const apiKey = await makeWorkspace(system, workspaceName);
  return {
    system,
    apiKey,
    trireme: openTrireme(system.url, apiKey),
    page,
    async show(path, look = {}) {
      await page.setViewportSize({ width: look.width ?? 1_280, height: 800 });
      await page.emulateMedia({ colorScheme: look.colorScheme ?? 'light', reducedMotion: 'reduce' });
      const link = consoleLink(system.url, look.apiKey ?? apiKey).replace('#', `${path}#`);
      // From the same address it would be no load.
      if (link.startsWith(`${page.url()}#`)) await page.goto('about:blank');
      await page.goto(link);
      return page;
    },
  };
}

/** A key of a workspace that has nothing yet. */
export async function makeWorkspace(system: LocalTestSystem, workspaceName: string): Promise<string> {
  const { workspaces, keys } = openStage(addressOf(system.runtime));
  const ports = { workspaces, keys, random: systemRandom, clock: systemClock };
  return (await issueKey(ports, { workspaceName })).apiKey;
}

/** Waits until the page shows a text. */
export function isShown(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor();
}

/** The path's last part: the uid of what the page shows. */
export function uidShown(page: Page): string {
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
}
