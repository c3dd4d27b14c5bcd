import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { type ConsoleBrowser, openConsoleBrowser } from './console-browser.ts';
import { type LocalTestSystem, startLocalSystem } from './local-system.ts';

/** A system, and a browser with its console. */
export interface ConsoleJourney {
  readonly system: LocalTestSystem;
  readonly browser: ConsoleBrowser;
  /** What a call made. */
  readonly created: (path: string, body: object) => Promise<{ readonly uid: string; readonly key: string }>;
  /** Starts a run of `search-cities`, unless another action is named. */
  readonly launch: (body: object, action?: string) => Promise<{ readonly uid: string }>;
  /** Waits for the end of a run. */
  readonly ended: (uid: string) => Promise<void>;
  close(): Promise<void>;
}

export async function openConsoleJourney(): Promise<ConsoleJourney> {
  const system = await startLocalSystem({ chaos: null });
  const browser = await openConsoleBrowser(system.url);
  async function created(path: string, body: object): Promise<{ readonly uid: string; readonly key: string }> {
    const response = await system.call('POST', path, body);
    expect(response.status).toBeLessThan(300);
    return (await response.json()) as { uid: string; key: string }; // as the contract says
  }
  return {
    system,
    browser,
    created,
    launch: (body, action = 'search-cities') => created(`/v1/actions/${action}/run/async`, body),
    ended: async (uid) => {
      for (;;) {
        const answer = await system.call('GET', `/v1/runs/${uid}?wait=25`);
        if (((await answer.json()) as { finished_at: string | null }).finished_at !== null) return;
      }
    },
    async close() {
      await browser.close();
      await system.close();
    },
  };
}

/** Waits until the page shows a text. */
export function isShown(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor();
}
