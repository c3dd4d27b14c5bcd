import { describe, expect, it } from 'vitest';
import { readUid } from '../../shared/domain/ids.ts';
import { unstoredRecord } from '../../shared/domain/page-callback.ts';
import { replayUid } from '../../shared/domain/replay.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { createEngineWorld, type EngineWorld, type Posted, START } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const DAY_MS = 86_400_000;
const SEED = Buffer.from('a request');

const says = (status: number): CallbackAnswer => ({ kind: 'answered', status, body: '', retryAfter: undefined });
const isPage = ({ body }: Posted): boolean => body.includes('"type":"run.page"');
const isEnd = ({ body }: Posted): boolean => body.includes('"type":"run.finished"');

async function finishedRun(answer: (post: Posted, attempt: number) => CallbackAnswer): Promise<{
  readonly world: EngineWorld;
  readonly runUid: string;
}> {
  const world = createEngineWorld({ actions: [numberedPages], answer });
  const { control } = await world.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await world.runUntil(START + 6 * DAY_MS);
  return { world, runUid: control.uid };
}

/** Replays a callback that was posted. */
async function replay(world: EngineWorld, runUid: string, posted: Posted | undefined, seed: Uint8Array = SEED) {
  const definition = await world.ports.runs.readDefinition(runUid);
  const uid = posted?.headers['webhook-id'] ?? '';
  const slot = await world.ports.progress.readSlot(runUid, 0, 0);
  if (definition === null || slot === null) throw new Error('the run is not there');
  const record = (await world.ports.callbacks.readRecord(uid)) ?? unstoredRecord(definition, slot, uid, null);
  return replayCallback(world.ports, definition, record, seed);
}

describe('a replay', () => {
  it('of a page that went well at once sends the same bytes under the same id', async () => {
    const { world, runUid } = await finishedRun(() => says(204));
    const first = world.posted.find(isPage);
    const record = await replay(world, runUid, first);
    expect(record).toMatchObject({ refUid: first?.headers['webhook-id'], parentUid: first?.headers['webhook-id'] });
    await world.runUntil(START + 7 * DAY_MS);
    const [, again, ...more] = world.posted.filter(isPage);
    expect(again).toMatchObject({ body: first?.body, headers: { 'webhook-id': first?.headers['webhook-id'] } });
    expect(more).toEqual([]);
    expect(await world.ports.callbacks.readRecord(record.uid)).toMatchObject({ status: 'SUCCESS', retryCount: 0 });
  });

  it('has a schedule of attempts of its own, and leaves the original as it ended', async () => {
    const { world, runUid } = await finishedRun((post) => says(isEnd(post) ? 500 : 204));
    expect(world.posted.filter(isEnd)).toHaveLength(10);
    const original = world.posted.find(isEnd);
    const record = await replay(world, runUid, original);
    await world.runUntil(START + 12 * DAY_MS);
    expect(world.posted.filter(isEnd)).toHaveLength(20);
    expect(new Set(world.posted.filter(isEnd).map(({ body }) => body)).size).toBe(1);
    for (const uid of [record.uid, original?.headers['webhook-id'] ?? '']) {
      expect(await world.ports.callbacks.readRecord(uid)).toMatchObject({ status: 'FAILED', retryCount: 9 });
    }
  });

  it('whose message is lost is found by the watch over its run, though that owed nothing more', async () => {
    const { world, runUid } = await finishedRun(() => says(204));
    const send = world.ports.messages.send.bind(world.ports.messages);
    world.ports.messages.send = async () => undefined;
    const { uid } = await replay(world, runUid, world.posted.find(isPage));
    world.ports.messages.send = send;
    await world.runUntil(START + 7 * DAY_MS);
    expect(world.posted.filter(isPage)).toHaveLength(2);
    expect(await world.ports.callbacks.readRecord(uid)).toMatchObject({ status: 'SUCCESS' });
  });

  it('said twice under one seed is one, under two seeds two; of a replay its parent is the original', async () => {
    const { world, runUid } = await finishedRun(() => says(204));
    const first = world.posted.find(isPage);
    const one = await replay(world, runUid, first);
    expect((await replay(world, runUid, first)).uid).toBe(one.uid);
    const definition = await world.ports.runs.readDefinition(runUid);
    if (definition === null) throw new Error('the run is not there');
    const other = await replayCallback(world.ports, definition, one, Buffer.from('another'));
    expect(other.uid).not.toBe(one.uid);
    expect(other.parentUid).toBe(one.parentUid);
  });

  it('whose uid is another’s by chance draws the next', async () => {
    const { world, runUid } = await finishedRun(() => says(204));
    const uid = world.posted.find(isPage)?.headers['webhook-id'] ?? '';
    const taken = replayUid(SEED, { uid, refUid: uid }, 0);
    const made = await replay(world, runUid, world.posted.find(isPage), Buffer.from('x'));
    await world.ports.callbacks.createRecord({ ...made, uid: taken, parentUid: 'another' });
    const drawn = await replay(world, runUid, world.posted.find(isPage));
    expect(drawn.uid).toBe(replayUid(SEED, { uid, refUid: uid }, 1));
    expect(readUid(drawn.uid)).toMatchObject({ kind: 'replay', runUid });
  });
});
