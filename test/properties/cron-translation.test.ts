import { expect, test } from 'vitest';
import { checkCronTriple } from '../support/check-cron-triple.ts';
import { readClockWindows } from '../support/clock-windows.ts';
import { pick, randomCron, seededRandom } from '../support/random-cron.ts';

test('2,000 random expressions around clock changes fire alike in the domain, on AWS and in the preview', () => {
  const windows = readClockWindows();
  const random = seededRandom(5);
  for (let index = 0; index < 2_000; index += 1) {
    const text = randomCron(random);
    const window = pick(random, windows);
    const fault = checkCronTriple(text, window);
    expect(fault, `case ${index}: "${text}" in ${window.zone}`).toBeNull();
  }
});
