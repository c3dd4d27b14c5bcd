import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, createReadingHarness, type ReadingHarness } from './runs-harness.ts';

let harness: ReadingHarness;
let uid: string;
beforeEach(async () => {
  harness = await createReadingHarness();
  uid = await harness.createRun({ inputs: 2 });
  await harness.moveRun(uid, 'admit');
  await harness.recordPage(uid, 0, {
    items: [
      { n: 1, page: 0, tag: '=danger', more: 'left out' },
      { n: -2, page: 0 },
    ],
  });
});

const NDJSON = 'application/x-ndjson';
const CSV = 'text/csv';

const part = (accept: string, url = `/v1/runs/${uid}/outputs`): Promise<Answer> =>
  harness.call('GET', url, { headers: { accept } });

/** All parts of an export, and how many they were. */
async function whole(accept: string, query = ''): Promise<{ readonly text: string; readonly parts: number }> {
  let text = '';
  let parts = 0;
  for (let url: string | null = `/v1/runs/${uid}/outputs${query}`; url !== null; parts += 1) {
    const answer: Answer = await part(accept, url);
    expect(answer.status).toBe(200);
    expect(Buffer.byteLength(String(answer.body))).toBeLessThanOrEqual(4 * 1024 * 1024);
    text += String(answer.body);
    url = answer.headers['X-Complete'] === 'false' ? null : answer.next;
  }
  return { text, parts };
}

async function finish(): Promise<void> {
  await harness.recordPage(uid, 0, { items: [], last: true });
  await harness.recordPage(uid, 1, { items: [{ n: 3, page: 0, tag: 'a,b' }], last: true });
  await harness.moveRun(uid, 'succeed');
}

describe('an export', () => {
  it('as NDJSON is the items, one a line', async () => {
    await finish();
    const answer = await part(NDJSON);
    expect(answer.headers).toMatchObject({ 'content-type': NDJSON });
    const lines = String(answer.body).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual((await harness.follow(`/v1/runs/${uid}/outputs`)).rows);
  });

  it('as CSV has the columns of the result schema, and no formulas', async () => {
    await finish();
    const answer = await part(CSV);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8' });
    expect(answer.body).toBe(`n,page,tag\r\n1,0,'=danger\r\n-2,0,\r\n3,0,"a,b"\r\n`);
  });

  it('with envelopes says where each came from', async () => {
    await finish();
    const { text } = await whole(CSV, '?envelope=true');
    const [head, , , last] = text.split('\r\n');
    expect(head).toBe('input_uid,input_index,page,custom_data,extracted_at,result.n,result.page,result.tag');
    expect(last).toMatch(/^[0-9a-f-]{36},1,0,"\{""ref"":""c1""\}",2026-06-01T12:00:00.000Z,3,0,"a,b"$/);
    const enveloped = await whole(NDJSON, '?envelope=true');
    expect(JSON.parse(enveloped.text.split('\n')[2] ?? '')).toMatchObject({ input_index: 1, result: { n: 3 } });
  });

  it('of an action that is gone has its results in one column', async () => {
    uid = await harness.createRun({ actionName: 'gone' });
    await harness.moveRun(uid, 'admit');
    await harness.recordPage(uid, 0, { items: [{ n: 1 }], last: true });
    await harness.moveRun(uid, 'succeed');
    expect((await part(CSV)).body).toBe('result\r\n"{""n"":1}"\r\n');
  });

  it('of a run at work ends with what is settled, and goes on from there without a second head', async () => {
    const first = await part(CSV);
    expect(first).toMatchObject({ headers: { 'X-Complete': 'false' }, next: expect.any(String) });
    expect(String(first.body).split('\r\n')).toHaveLength(4);
    await finish();
    const rest = await part(CSV, first.next ?? '');
    expect(rest).toMatchObject({ body: `3,0,"a,b"\r\n`, next: null });
    expect(String(first.body) + String(rest.body)).toBe((await whole(CSV)).text);
  });

  it('comes in parts of at most 4 MB, cut between records', async () => {
    uid = await harness.createRun({ inputs: 1 });
    await harness.moveRun(uid, 'admit');
    for (let page = 0; page < 12; page += 1) {
      const items = Array.from({ length: 8 }, (_, item) => ({ n: page * 8 + item, tag: 'ä'.repeat(30_000) }));
      await harness.recordPage(uid, 0, { items, last: page === 11 });
    }
    await harness.moveRun(uid, 'succeed');
    const { text, parts } = await whole(NDJSON);
    expect(parts).toBe(2);
    const numbers = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n); // cast: as written above
    expect(numbers).toEqual(Array.from({ length: 96 }, (_, n) => n));
  });

  it('ends a part when its time is up', async () => {
    await finish();
    const listPages = harness.ports.reader.listPages.bind(harness.ports.reader);
    harness.ports.reader.listPages = async (...asked) => {
      harness.time.now += 20_000;
      return listPages(...asked);
    };
    const { text, parts } = await whole(NDJSON);
    expect(text.trimEnd().split('\n')).toHaveLength(3);
    expect(parts).toBeGreaterThan(1);
  });

  it('takes no limit, and no other media type', async () => {
    expect(await part(CSV, `/v1/runs/${uid}/outputs?limit=5`)).toMatchObject({
      status: 400,
      body: { validation_errors: [{ path: 'limit' }] },
    });
    expect((await part('text/html')).status).toBe(406);
    expect((await part(CSV, `/v1/runs/${uid}/inputs`)).status).toBe(406);
  });
});
