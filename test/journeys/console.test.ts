import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ConsoleBrowser, openConsoleBrowser } from '../support/console-browser.ts';
import { findChromium } from '../support/find-chromium.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { journeysOfAccess } from './console/access.ts';
import { journeysOfLaunches } from './console/launches.ts';
import { pageAnswers } from './console/page-answers.ts';
import { journeysOfReceivers } from './console/receivers.ts';
import { journeysOfRuns } from './console/runs.ts';
import { journeysOfSchedules } from './console/schedules.ts';
import { journeysOfSettings } from './console/settings.ts';
import { journeysOfTroubles } from './console/troubles.ts';
import { journeysOfValues } from './console/values.ts';
import { openVisit, type Visit } from './console/visit.ts';

// One file, because a system and a browser cost more than most journeys: each has a workspace of its own instead.
const JOURNEYS = {
  launches: journeysOfLaunches,
  runs: journeysOfRuns,
  receivers: journeysOfReceivers,
  schedules: journeysOfSchedules,
  settings: journeysOfSettings,
  values: journeysOfValues,
  troubles: journeysOfTroubles,
  access: journeysOfAccess,
};

let system: LocalTestSystem;
beforeAll(async () => {
  system = await startLocalSystem({ chaos: null });
});
afterAll(() => system?.close());

describe('the page of the console', () => pageAnswers(() => system));

describe.skipIf(findChromium() === null)('in a browser', () => {
  let browser: ConsoleBrowser;
  let visit: Visit;
  beforeAll(async () => {
    browser = await openConsoleBrowser(system.url);
  });
  afterAll(() => browser?.close());
  afterEach(() => visit.page.unrouteAll({ behavior: 'ignoreErrors' }));

  describe.each(Object.entries(JOURNEYS))('%s', (name, journeys) => {
    beforeAll(async () => {
      visit = await openVisit(system, await browser.tab(), name);
    });
    journeys(() => visit);
  });

  test('no page had a fault or broke its policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
