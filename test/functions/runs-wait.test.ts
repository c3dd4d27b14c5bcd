import { beforeEach, describe, expect, it } from 'vitest';
import { createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

let harness: ReadingHarness;
let uid: string;
/** Lengths of the waits of a call, ms; each lets the clock go on. */
let gaps: number[];
let atEachGap: () => Promise<void>;

beforeEach(async () => {
  harness = await createReadingHarness();
  uid = await harness.createRun();
  await harness.moveRun(uid, 'admit');
  gaps = [];
  atEachGap = async () => undefined;
  harness.ports.clock.after = (ms, callback) => {
    gaps.push(ms);
    harness.time.now += ms;
    void passGap(callback);
    return () => undefined;
  };
});

async function passGap(callback: () => void): Promise<void> {
  await atEachGap();
  callback();
}

const waited = (): number => harness.time.now - START;

describe('GET /v1/runs/{run_uid}?wait', () => {
  it('holds no longer than asked, looking ever more rarely', async () => {
    expect(await harness.get(`/v1/runs/${uid}?wait=25`)).toMatchObject({ status: 200, body: { status: 'QUEUED' } });
    expect(waited()).toBe(25_000);
    expect(gaps.length).toBeLessThan(20);
    expect(Math.max(...gaps)).toBe(2_000);
  });

  it('answers as soon as the run has ended, with its end', async () => {
    atEachGap = async () => {
      if (gaps.length === 3) await harness.moveRun(uid, 'succeed', { finishedAt: harness.time.now });
    };
    expect(await harness.get(`/v1/runs/${uid}?wait=25`)).toMatchObject({ body: { status: 'SUCCEEDED' } });
    expect(waited()).toBe(200 + 300 + 450);
  });

  it.each(['', '?wait=0'])('does not hold with %j', async (query) => {
    expect((await harness.get(`/v1/runs/${uid}${query}`)).status).toBe(200);
    expect(gaps).toEqual([]);
  });

  it('does not hold for a run that has ended, nor for one that is not there', async () => {
    await harness.moveRun(uid, 'stop', { newEpoch: true });
    expect((await harness.get(`/v1/runs/${uid}?wait=5`)).body).toMatchObject({ status: 'STOPPED' });
    expect((await harness.get(`/v1/runs/${uid}?wait=5`, harness.away)).status).toBe(404);
    expect(gaps).toEqual([]);
  });

  it.each(['26', '-1', '1.5', 'long'])('refuses %s', async (text) => {
    expect(await harness.get(`/v1/runs/${uid}?wait=${text}`)).toMatchObject({
      status: 400,
      body: { validation_errors: [{ path: 'wait' }] },
    });
  });

  it.each([
    ['holds 15 callers of a workspace at once for all of their time', 15, 15 * 25, 15 * 25],
    ['holds 100 callers for as many seconds as their workspace has, then answers them early', 100, 100, 100 + 20 * 25],
  ])('%s', async (_, callers, least, most) => {
    const timers: { readonly at: number; readonly callback: () => void }[] = [];
    harness.ports.clock.after = (ms, callback) => {
      timers.push({ at: harness.time.now + ms, callback });
      return () => undefined;
    };
    let heldMs = 0;
    const calls = Array.from({ length: callers }, async () => {
      expect(await harness.get(`/v1/runs/${uid}?wait=25`)).toMatchObject({ status: 200, body: { status: 'QUEUED' } });
      heldMs += waited();
    });
    await idle();
    while (timers.length > 0) {
      harness.time.now = Math.min(...timers.map(({ at }) => at));
      for (const due of timers.filter(({ at }) => at <= harness.time.now)) {
        timers.splice(timers.indexOf(due), 1);
        due.callback();
      }
      await idle();
    }
    await Promise.all(calls);
    expect(heldMs / 1_000).toBeGreaterThanOrEqual(least);
    expect(heldMs / 1_000).toBeLessThanOrEqual(most);
  });
});

/** Lets all that is under way without the clock come to its end. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
}
