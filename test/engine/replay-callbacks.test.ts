import { describe, expect, it } from 'vitest';
import { readUid } from '../../shared/domain/ids.ts';
import { unstoredRecord } from '../../shared/domain/page-callback.ts';
import { replayUid } from '../../shared/domain/replay.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import { createEngineHarness, type EngineHarness, type Posted, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const DAY_MS = 86_400_000;
const SEED = Buffer.from('a request');

const says = (status: number): CallbackAnswer => ({ kind: 'answered', status, body: '', retryAfter: undefined });
const isPage = ({ body }: Posted): boolean => body.includes('"type":"run.page"');
const isEnd = ({ body }: Posted): boolean => body.includes('"type":"run.finished"');

async function finishedRun(answer: (post: Posted, attempt: number) => CallbackAnswer): Promise<{
  readonly harness: EngineHarness;
  readonly runUid: string;
}> {
  const harness = createEngineHarness({ actions: [numberedPages], answer });
  const { control } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  await harness.runUntil(START + 6 * DAY_MS);
  return { harness, runUid: control.uid };
}

/** Replays a callback that was posted. */
async function replay(harness: EngineHarness, runUid: string, posted: Posted | undefined, seed: Uint8Array = SEED) {
  const definition = await harness.ports.runs.readDefinition(runUid);
  const uid = posted?.headers['webhook-id'] ?? '';
  const pageRecord = await harness.ports.progress.readPageRecord(runUid, 0, 0);
  if (definition === null || pageRecord === null) throw new Error('the run is not there');
  const record = (await harness.ports.callbacks.readRecord(uid)) ?? unstoredRecord(definition, pageRecord, uid, null);
  return replayCallback(harness.ports, record, seed);
}

describe('a replay', () => {
  it('of a page that went well at once sends the same bytes under the same id', async () => {
    const { harness, runUid } = await finishedRun(() => says(204));
    const first = harness.posted.find(isPage);
    const record = await replay(harness, runUid, first);
    expect(record).toMatchObject({ refUid: first?.headers['webhook-id'], parentUid: first?.headers['webhook-id'] });
    await harness.runUntil(START + 7 * DAY_MS);
    const [, again, ...more] = harness.posted.filter(isPage);
    expect(again).toMatchObject({ body: first?.body, headers: { 'webhook-id': first?.headers['webhook-id'] } });
    expect(more).toEqual([]);
    expect(await harness.ports.callbacks.readRecord(record.uid)).toMatchObject({ status: 'SUCCESS', retryCount: 0 });
  });

  it('has a schedule of attempts of its own, and leaves the original as it ended', async () => {
    const { harness, runUid } = await finishedRun((post) => says(isEnd(post) ? 500 : 204));
    expect(harness.posted.filter(isEnd)).toHaveLength(10);
    const original = harness.posted.find(isEnd);
    const record = await replay(harness, runUid, original);
    await harness.runUntil(START + 12 * DAY_MS);
    expect(harness.posted.filter(isEnd)).toHaveLength(20);
    expect(new Set(harness.posted.filter(isEnd).map(({ body }) => body)).size).toBe(1);
    for (const uid of [record.uid, original?.headers['webhook-id'] ?? '']) {
      expect(await harness.ports.callbacks.readRecord(uid)).toMatchObject({ status: 'FAILED', retryCount: 9 });
    }
  });

  it('whose message is lost is found by the watch over its run, though that owed nothing more', async () => {
    const { harness, runUid } = await finishedRun(() => says(204));
    const send = harness.ports.messages.send.bind(harness.ports.messages);
    harness.ports.messages.send = async () => undefined;
    const { uid } = await replay(harness, runUid, harness.posted.find(isPage));
    harness.ports.messages.send = send;
    await harness.runUntil(START + 7 * DAY_MS);
    expect(harness.posted.filter(isPage)).toHaveLength(2);
    expect(await harness.ports.callbacks.readRecord(uid)).toMatchObject({ status: 'SUCCESS' });
  });

  it('said twice under one seed is one, under two seeds two; of a replay its parent is the original', async () => {
    const { harness, runUid } = await finishedRun(() => says(204));
    const first = harness.posted.find(isPage);
    const one = await replay(harness, runUid, first);
    expect((await replay(harness, runUid, first)).uid).toBe(one.uid);
    const definition = await harness.ports.runs.readDefinition(runUid);
    if (definition === null) throw new Error('the run is not there');
    const other = await replayCallback(harness.ports, one, Buffer.from('another'));
    expect(other.uid).not.toBe(one.uid);
    expect(other.parentUid).toBe(one.parentUid);
  });

  it('whose uid is another’s by chance draws the next', async () => {
    const { harness, runUid } = await finishedRun(() => says(204));
    const uid = harness.posted.find(isPage)?.headers['webhook-id'] ?? '';
    const taken = replayUid(SEED, { uid, refUid: uid }, 0);
    const made = await replay(harness, runUid, harness.posted.find(isPage), Buffer.from('x'));
    await harness.ports.callbacks.createRecord({ ...made, uid: taken, parentUid: 'another' });
    const drawn = await replay(harness, runUid, harness.posted.find(isPage));
    expect(drawn.uid).toBe(replayUid(SEED, { uid, refUid: uid }, 1));
    expect(readUid(drawn.uid)).toMatchObject({ kind: 'replay', runUid });
  });
});
