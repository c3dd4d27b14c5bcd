import { beforeEach, describe, expect, it } from 'vitest';
import { createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

let harness: ReadingHarness;
let uid: string;

beforeEach(async () => {
  harness = await createReadingHarness();
  uid = await harness.createRun({ inputs: 3 });
  await harness.moveRun(uid, 'admit');
  await harness.moveRun(uid, 'begin', { startedAt: START });
});

const instant = (at: number): string => new Date(at).toISOString();
const reasonAt = async (path: string): Promise<unknown> => {
  const { body } = await harness.get(path);
  const [run] = Array.isArray(body) ? body : [body];
  return (run as { status_reason: unknown }).status_reason; // cast: a run, by the route's schema
};

describe('a run that works and records nothing', () => {
  it('says so after a minute, since when, and until when what was lost is run again', async () => {
    await harness.openWindow(uid, 2, { 0: {}, 1: {} });
    harness.time.now = START + 30_000;
    await harness.recordPage(uid, 0, { items: [1] });
    for (const path of [`/v1/runs/${uid}`, `/v1/runs/${uid}/status`, '/v1/runs']) {
      harness.time.now = START + 89_000;
      expect(await reasonAt(path)).toBeNull();
      harness.time.now = START + 90_000;
      expect(await reasonAt(path)).toMatchObject({
        code: 'NO_PROGRESS',
        since: instant(START + 30_000),
        retry_at: instant(START + 1_200_000), // ten minutes after, at the second look of five minutes
        blocking_uids: [],
      });
    }
  });

  it('does not while an input waits for its moment, nor once it has ended', async () => {
    await harness.openWindow(uid, 1, { 0: { until: START + 600_000 } });
    harness.time.now = START + 600_000;
    expect(await reasonAt(`/v1/runs/${uid}`)).toBeNull();
    await harness.moveRun(uid, 'stop', { newEpoch: true });
    harness.time.now = START + 9_000_000;
    expect(await reasonAt(`/v1/runs/${uid}`)).toBeNull();
  });
});
