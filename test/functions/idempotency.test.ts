import { beforeEach, describe, expect, it } from 'vitest';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import { anError, type Answer, createReadingHarness, type ReadingHarness } from './runs-harness.ts';

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

const launches = '/v1/actions/numbered-pages/run/async';
const good = { inputs: [{ pages: 1, per_page: 1 }], name: 'one' };

const launch = (key: string, body: unknown = good, workspaceUid?: string): Promise<Answer> =>
  harness.call('POST', launches, {
    headers: { 'idempotency-key': key },
    body,
    ...(workspaceUid === undefined ? {} : { workspaceUid }),
  });
const runsOf = async (workspaceUid = harness.home): Promise<number> =>
  (await harness.follow('/v1/runs', workspaceUid)).rows.length;
const labelOf = ({ body }: Answer): unknown => (body as { error_label?: unknown }).error_label; // cast: an error or a run
const uidOf = ({ body }: Answer): string => String((body as { uid?: unknown }).uid); // cast: as above

describe('a launch with a key', () => {
  it('is answered again by its first answer, to the letter, whatever has become of the run', async () => {
    const first = await launch('k');
    expect(first.status).toBe(202);
    expect(first.headers).not.toHaveProperty('Idempotency-Replayed');
    harness.time.now += 60_000;
    await harness.moveRun(uidOf(first), 'admit');
    const again = await launch('k', { name: 'one', inputs: [{ pages: 1, per_page: 1 }] });
    expect(again).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.body).toEqual(first.body);
    expect(await runsOf()).toBe(1);
    expect(harness.sent).toHaveLength(1);
  });

  it.each([
    ['é', /ASCII characters; it contains another character$/],
    ['é'.repeat(256), /ASCII characters; it has 256$/],
    ['', /ASCII characters; it has 0$/],
  ])('that is none is refused: %j', async (key, message) => {
    const { status, body } = await launch(key);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_label: 'BAD_INPUT', message: expect.stringMatching(message) });
  });

  it('costs one write more than one without', async () => {
    const writesOf = async (work: () => Promise<unknown>): Promise<number> => {
      harness.engine.resetMeter();
      await work();
      return harness.engine.meter().reduce((sum, { writeUnits }) => sum + writeUnits, 0);
    };
    await harness.call('POST', launches, { body: good }); // takes the lot of calls
    const plain = await writesOf(() => harness.call('POST', launches, { body: good }));
    expect((await writesOf(() => launch('k'))) - plain).toBe(1);
  });

  it('that is refused leaves the key free', async () => {
    expect((await launch('k', { inputs: [{ pages: 'many' }] })).status).toBe(400);
    expect((await launch('k')).status).toBe(202);
  });

  it('of another body is refused, of another workspace is its own', async () => {
    const first = await launch('k');
    expect(labelOf(await launch('k', { ...good, name: 'two' }))).toBe('IDEMPOTENCY_MISMATCH');
    expect(labelOf(await launch('k', { inputs: [] }))).toBe('BAD_INPUT'); // the body comes first
    const other = await launch('k', good, harness.away);
    expect(other.status).toBe(202);
    expect(uidOf(other)).not.toBe(uidOf(first));
  });

  it('is forgotten after 24 h', async () => {
    const first = await launch('k');
    harness.time.now += 24 * 3_600_000 - 1_000;
    expect(uidOf(await launch('k'))).toBe(uidOf(first));
    harness.time.now += 2_000;
    const later = await launch('k');
    expect(later.headers).not.toHaveProperty('Idempotency-Replayed');
    expect(uidOf(later)).not.toBe(uidOf(first));
  });

  it.each(['', 'x'.repeat(256), 'schlüssel', 'a\tb'])('%j is refused', async (key) => {
    expect(await launch(key)).toMatchObject({
      status: 400,
      body: { error_label: 'BAD_INPUT', validation_errors: [{ path: 'Idempotency-Key' }] },
    });
  });

  it('may be any printable text of 255', async () => {
    expect((await launch(`~ ${'x'.repeat(252)} `)).status).toBe(202);
  });
});

describe('two launches with one key at once', () => {
  it('make one run; who comes second has its answer, or is told to come back', async () => {
    const answers = await Promise.all([launch('k'), launch('k'), launch('k')]);
    const late = answers.filter(({ status }) => status !== 202);
    for (const answer of late) {
      expect(answer).toMatchObject({ status: 409, headers: { 'retry-after': '1' } });
      expect(labelOf(answer)).toBe('IDEMPOTENCY_IN_FLIGHT');
    }
    expect(late.length).toBeLessThan(3);
    expect(await runsOf()).toBe(1);
  });
});

describe('a launch that was cut off', () => {
  it('before its run was written is carried on under the same uid once its lease has lapsed', async () => {
    const { runs } = harness.ports;
    const createRun = runs.createRun.bind(runs);
    const wanted: string[] = [];
    await new Promise<void>((resolve) => {
      runs.createRun = ({ definition }) => {
        wanted.push(definition.uid);
        resolve();
        return new Promise(() => undefined); // the function is gone
      };
      void launch('k');
    });
    runs.createRun = createRun;
    expect(labelOf(await launch('k'))).toBe('IDEMPOTENCY_IN_FLIGHT');
    harness.time.now += 35_000;
    const carried = await launch('k');
    expect(carried.status).toBe(202);
    expect(carried.headers).not.toHaveProperty('Idempotency-Replayed');
    expect(wanted).toEqual([uidOf(carried)]);
    expect(uidOf(await launch('k'))).toBe(uidOf(carried));
    expect(await runsOf()).toBe(1);
  });

  it('by a fault of ours is carried on at once', async () => {
    const { runs } = harness.ports;
    const createRun = runs.createRun.bind(runs);
    runs.createRun = () => Promise.reject(new Error('the table is away'));
    expect((await launch('k')).status).toBe(500);
    runs.createRun = createRun;
    expect((await launch('k')).status).toBe(202);
    expect(await runsOf()).toBe(1);
  });

  it('between its run and its message shows the run, which the sweep finds', async () => {
    harness.ports.messages.send = () => Promise.reject(new Error('the queue is away'));
    expect((await launch('k')).status).toBe(500);
    const again = await launch('k');
    expect(again).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
    expect((await harness.get(`/v1/runs/${uidOf(again)}`)).body).toMatchObject({ status: 'CREATED' });
    expect(await runsOf()).toBe(1);
  });
});

describe('a retry with a key', () => {
  const retry = (uid: string, key = 'k'): Promise<Answer> =>
    harness.call('POST', `/v1/runs/${uid}/retry`, { headers: { 'idempotency-key': key } });

  async function failedRun(): Promise<string> {
    const uid = await harness.createRun({ callback: null });
    await harness.moveRun(uid, 'admit');
    await harness.recordPage(uid, 0, 'failure');
    await harness.endInput(uid, 0);
    await harness.moveRun(uid, 'fail', {
      totals: { ...NO_TOTALS, failed: 1 },
      lastError: anError('it failed'),
      finishedAt: harness.time.now,
    });
    return uid;
  }

  it('is made once, and answered again as it was', async () => {
    const uid = await failedRun();
    const first = await retry(uid);
    expect(first).toMatchObject({ status: 200, body: { status: 'QUEUED', retry_count: 1, attempt: 2 } });
    await harness.moveRun(uid, 'begin', { startedAt: harness.time.now });
    const again = await retry(uid);
    expect(again).toMatchObject({ status: 200, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.body).toEqual(first.body);
    expect((await retry(uid, 'another')).status).toBe(409);
  });

  it('that is refused leaves the key free', async () => {
    const uid = await harness.createRun();
    expect(labelOf(await retry(uid))).toBe('INVALID_STATE');
    const failed = await failedRun();
    expect((await retry(failed)).status).toBe(200);
  });

  it('that was cut off after it was made is not made again', async () => {
    const uid = await failedRun();
    harness.ports.messages.send = () => Promise.reject(new Error('the queue is away'));
    expect((await retry(uid)).status).toBe(500);
    harness.ports.messages.send = async () => undefined;
    expect(await retry(uid)).toMatchObject({ status: 200, body: { retry_count: 1, attempt: 2 } });
  });
});

describe('a schedule, and its trigger, with a key', () => {
  const headers = { 'idempotency-key': 'k' };
  const put = (): Promise<Answer> =>
    harness.call('POST', '/v1/actions/numbered-pages/run/schedule', { headers, body: { ...good, cron: '0 9 * * *' } });
  const trigger = (uid: string): Promise<Answer> =>
    harness.call('POST', `/v1/schedules/${uid}/trigger`, { headers: { 'idempotency-key': 't' } });

  it('are made once', async () => {
    const first = await put();
    expect(first.status).toBe(201);
    const again = await put();
    expect(again).toMatchObject({ status: 201, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.body).toEqual(first.body);
    expect((await harness.follow('/v1/schedules')).rows).toHaveLength(1);

    const run = await trigger(uidOf(first));
    expect(run.status).toBe(202);
    expect((await trigger(uidOf(first))).body).toEqual(run.body);
    expect(await runsOf()).toBe(1);
  });

  it('that were cut off after their writes are carried on, not made again', async () => {
    const { messages } = harness.ports;
    const send = messages.send.bind(messages);
    const schedule = uidOf(await put());
    messages.send = () => Promise.reject(new Error('the queue is away'));
    expect((await trigger(schedule)).status).toBe(500);
    messages.send = send;
    const run = await trigger(schedule);
    expect(run.status).toBe(202);
    expect(uidOf(await trigger(schedule))).toBe(uidOf(run));
    expect(await runsOf()).toBe(1);
    expect((await harness.get(`/v1/schedules/${schedule}`)).body).toMatchObject({ counts: { fired: 1 } });
  });
});
