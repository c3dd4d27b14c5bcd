import { expect, test } from 'vitest';
import { drillLines, isPassed, runOutageDrill, SMALL_DRILL } from './outage-drill.ts';

test('an outage of the store loses nothing, asks it for less than usual and is worked off', async () => {
  const report = await runOutageDrill(SMALL_DRILL);
  expect(isPassed(report), drillLines(report).join('\n')).toBe(true);
}, 120_000);
