import { beforeEach, describe, expect, it } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { callbackUidsOf } from '../../shared/domain/page-callback.ts';
import { blockPartition, DELIVERY_PREFIX, keys } from '../../shared/storage/keys.ts';
import { Table } from '../../shared/storage/table.ts';
import { clientOf, TABLE_NAME } from '../support/open-table.ts';
import { anError, createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

let harness: ReadingHarness;
let uid: string;
let pageUid: string;

beforeEach(async () => {
  harness = await createReadingHarness();
  uid = await harness.createRun({ inputs: 2 });
  await harness.moveRun(uid, 'admit');
  await harness.openWindow(uid, 2, {});
  [pageUid = ''] = callbackUidsOf(await harness.recordPage(uid, 0, { items: [{ a: 1 }], last: true }));
});

const aboutPage = () => ({ runUid: uid, type: 'run.page', input: 0, page: 0, part: 1 }) as const;

describe('the body of a callback', () => {
  it('can be read before anything was sent', async () => {
    const { body, headers } = await harness.get(`/v1/runs/callbacks/${pageUid}/body`);
    expect(body).toMatchObject({ type: 'run.page', callback_ref_uid: pageUid, results: [{ a: 1 }] });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': pageUid });
  });

  it('is gone with the page that it is built from, in plain words', async () => {
    await harness.createRecord({ ...aboutPage(), uid: pageUid, status: 'FAILED', error: anError('gone') });
    const table = new Table(clientOf(harness.engine), TABLE_NAME, harness.ports.clock);
    await table.delete(keys.pageRecord(uid, 0, 0));
    expect(await harness.get(`/v1/runs/callbacks/${pageUid}/body`)).toMatchObject({
      status: 404,
      body: { error_label: 'NOT_FOUND', message: expect.stringContaining('cannot be read any more') },
    });
  });
});

describe('the attempts of a callback', () => {
  const attempts = async () => (await harness.get(`/v1/runs/callbacks/${pageUid}/attempts`)).body;

  it('are none before the first, then those in the delivery log, each of them', async () => {
    expect(await attempts()).toEqual([]);
    const delivery = { ...aboutPage(), httpStatus: 204, at: START + 1_000, durationMs: 250 };
    await harness.core.callbacks.logDelivery(delivery, 1e10);
    const first = { attempt: 1, at: new Date(START + 750).toISOString(), duration_ms: 250, http_status: 204 };
    expect(await attempts()).toEqual([{ ...first, http_response: null, error: null }]);
    await harness.core.callbacks.logDelivery({ ...delivery, at: START + 9_000, httpStatus: 200 }, 1e10);
    expect(await attempts()).toMatchObject([first, { attempt: 1, http_status: 200 }]);
  });

  it('are told without a duration where release 0.1.0 logged the delivery', async () => {
    await harness.core.callbacks.logDelivery({ ...aboutPage(), httpStatus: 204, at: START, durationMs: 0 }, 1e10);
    const table = new Table(clientOf(harness.engine), TABLE_NAME, harness.ports.clock);
    const { items } = await table.query({ pk: blockPartition(uid, 0), prefix: DELIVERY_PREFIX, consistency: 'strong' });
    const [item] = items;
    const key = { pk: item?.['pk']?.S ?? '', sk: item?.['sk']?.S ?? '' };
    await table.update(key, { expression: 'REMOVE ms', condition: 'attribute_exists(ms)' });
    expect(await attempts()).toMatchObject([
      { at: new Date(START).toISOString(), duration_ms: null, http_status: 204 },
    ]);
  });
});

describe('what was sent', () => {
  it.each(['body', 'attempts'])(
    'of what is no callback, or another workspace’s, is unknown in the same words: %s',
    async (what) => {
      const said = async (about: string, workspaceUid = harness.home): Promise<string> => {
        const { status, body } = await harness.get(`/v1/runs/callbacks/${about}/${what}`, workspaceUid);
        expect(status).toBe(404);
        return JSON.stringify({ ...(body as object), error_ref: '' }).replaceAll(about, '<uid>');
      };
      const words = await said(pageUid, harness.away);
      for (const about of [deriveUid(uid, 'page', { input: 1, page: 0, part: 1 }), uid, 'nonsense']) {
        expect(await said(about)).toBe(words);
      }
    },
  );
});
