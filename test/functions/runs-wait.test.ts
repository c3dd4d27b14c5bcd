import { beforeEach, describe, expect, it } from 'vitest';
import { createReadingWorld, type ReadingWorld, START } from './runs-world.ts';

let world: ReadingWorld;
let uid: string;
/** Lengths of the waits of a call, ms; each lets the clock go on. */
let gaps: number[];
let atEachGap: () => Promise<void>;

beforeEach(async () => {
  world = await createReadingWorld();
  uid = await world.createRun();
  await world.moveRun(uid, 'admit');
  gaps = [];
  atEachGap = async () => undefined;
  world.ports.clock.after = (ms, callback) => {
    gaps.push(ms);
    world.time.now += ms;
    void passGap(callback);
    return () => undefined;
  };
});

async function passGap(callback: () => void): Promise<void> {
  await atEachGap();
  callback();
}

const waited = (): number => world.time.now - START;

describe('GET /v1/runs/{run_uid}?wait', () => {
  it('holds no longer than asked, looking ever more rarely', async () => {
    expect(await world.get(`/v1/runs/${uid}?wait=25`)).toMatchObject({ status: 200, body: { status: 'QUEUED' } });
    expect(waited()).toBe(25_000);
    expect(gaps.length).toBeLessThan(20);
    expect(Math.max(...gaps)).toBe(2_000);
  });

  it('answers as soon as the run has ended, with its end', async () => {
    atEachGap = async () => {
      if (gaps.length === 3) await world.moveRun(uid, 'succeed', { finishedAt: world.time.now });
    };
    expect(await world.get(`/v1/runs/${uid}?wait=25`)).toMatchObject({ body: { status: 'SUCCEEDED' } });
    expect(waited()).toBe(200 + 300 + 450);
  });

  it.each(['', '?wait=0'])('does not hold with %j', async (query) => {
    expect((await world.get(`/v1/runs/${uid}${query}`)).status).toBe(200);
    expect(gaps).toEqual([]);
  });

  it('does not hold for a run that has ended, nor for one that is not there', async () => {
    await world.moveRun(uid, 'stop', { newEpoch: true });
    expect((await world.get(`/v1/runs/${uid}?wait=5`)).body).toMatchObject({ status: 'STOPPED' });
    expect((await world.get(`/v1/runs/${uid}?wait=5`, world.away)).status).toBe(404);
    expect(gaps).toEqual([]);
  });

  it.each(['26', '-1', '1.5', 'long'])('refuses %s', async (text) => {
    expect(await world.get(`/v1/runs/${uid}?wait=${text}`)).toMatchObject({
      status: 400,
      body: { validation_errors: [{ path: 'wait' }] },
    });
  });
});
