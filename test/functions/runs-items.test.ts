import { beforeEach, describe, expect, it } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import { anError, createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

interface InputRow {
  readonly index: number;
  readonly status: string;
}

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

const items = (from: number, count: number): { n: number }[] =>
  Array.from({ length: count }, (_, at) => ({ n: from + at }));
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

/** A run of 40 inputs (two shards) in the middle of its work. */
async function startedRun(): Promise<string> {
  const uid = await harness.createRun({ inputs: 40 });
  await harness.moveRun(uid, 'admit');
  await harness.moveRun(uid, 'begin', { startedAt: START });
  harness.time.now += 1_000;
  await harness.recordPage(uid, 0, { items: items(0, 3) });
  await harness.recordPage(uid, 0, { items: items(3, 2), last: true, tries: 2 });
  await harness.endInput(uid, 0);
  await harness.recordPage(uid, 1, 'failure');
  await harness.endInput(uid, 1);
  await harness.recordPage(uid, 2, 'nothing');
  await harness.endInput(uid, 2);
  await harness.recordPage(uid, 3, { items: items(30, 4) });
  await harness.recordPage(uid, 5, { items: items(50, 1), last: true });
  await harness.endInput(uid, 5);
  await harness.openWindow(uid, 8, {
    3: { page: 0 },
    4: { page: 0, attempt: 1, until: START + 90_000 },
    6: { page: 0, attempt: 1, until: START + 500 },
    7: {},
  });
  return uid;
}

async function statusesOf(uid: string): Promise<readonly string[]> {
  return (await harness.follow<InputRow>(`/v1/runs/${uid}/inputs`)).rows.map(({ status }) => status);
}

describe('inputs', () => {
  it('have every status that window, failures and run say', async () => {
    const uid = await startedRun();
    expect((await statusesOf(uid)).slice(0, 10)).toEqual([
      'SUCCEEDED',
      'FAILED',
      'SUCCEEDED',
      'RUNNING',
      'SCHEDULED',
      'SUCCEEDED',
      'RUNNING',
      'QUEUED',
      'CREATED',
      'CREATED',
    ]);
    await harness.moveRun(uid, 'stop', { newEpoch: true });
    const stopped = await statusesOf(uid);
    expect(stopped.slice(0, 4)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED', 'STOPPED']);
    expect(new Set(stopped.slice(6))).toEqual(new Set(['STOPPED']));
    await harness.moveRun(uid, 'resumeBlocked', { newEpoch: true });
    expect((await statusesOf(uid)).slice(2, 5)).toEqual(['SUCCEEDED', 'BLOCKED', 'BLOCKED']);
  });

  it('follow the run where nothing of their own is known', async () => {
    const uid = await harness.createRun({ inputs: 2 });
    expect(await statusesOf(uid)).toEqual(['CREATED', 'CREATED']);
    await harness.moveRun(uid, 'block');
    expect(await statusesOf(uid)).toEqual(['BLOCKED', 'BLOCKED']);
    await harness.moveRun(uid, 'admit');
    expect(await statusesOf(uid)).toEqual(['CREATED', 'CREATED']);
    await harness.moveRun(uid, 'postpone');
    expect(await statusesOf(uid)).toEqual(['SCHEDULED', 'SCHEDULED']);
    await harness.moveRun(uid, 'invalidate', { lastError: anError('no input is good') });
    const { rows } = await harness.follow(`/v1/runs/${uid}/inputs`);
    expect(rows).toMatchObject([
      { status: 'FAILED', last_error: { message: 'no input is good' } },
      { status: 'FAILED' },
    ]);
  });

  it('tell what came of them', async () => {
    const uid = await startedRun();
    const { rows } = await harness.follow(`/v1/runs/${uid}/inputs?limit=500`);
    expect(rows[0]).toEqual({
      uid: deriveUid(uid, 'input', { input: 0 }),
      index: 0,
      status: 'SUCCEEDED',
      input_data: { index: 0 },
      custom_data: { ref: 'c0' },
      last_error: null,
      last_info: null,
      output_count: 5,
      retry_count: 2,
      postponed_until: null,
      created_at: at(0),
      started_at: at(1),
      finished_at: at(1),
      updated_at: at(1),
    });
    expect(rows[1]).toMatchObject({ last_error: { message: 'input 1 failed' }, output_count: 0 });
    expect(rows[2]).toMatchObject({ last_info: { label: 'NO_RESULT', message: 'nothing here' } });
    expect(rows[3]).toMatchObject({ output_count: 4, started_at: at(1), finished_at: null });
    expect(rows[4]).toMatchObject({ postponed_until: at(90), retry_count: 1, started_at: null });
    expect(rows[39]).toMatchObject({ index: 39, updated_at: at(0) });
  });

  it.each([1, 7, 39, 40, 41])('give the same rows by pages of %i', async (limit) => {
    const uid = await startedRun();
    const whole = (await harness.follow(`/v1/runs/${uid}/inputs?limit=500`)).rows;
    expect(whole.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect((await harness.follow(`/v1/runs/${uid}/inputs?limit=${limit}`)).rows).toEqual(whole);
    const some = await harness.follow(`/v1/runs/${uid}/inputs?limit=${limit}&status=FAILED&status=RUNNING`);
    expect(some.rows.map(({ index }) => index)).toEqual([1, 3, 6]);
  });

  it('keep what they had recorded when a retry takes them up again', async () => {
    const uid = await harness.createRun({ inputs: 2 });
    await harness.moveRun(uid, 'admit');
    await harness.recordPage(uid, 0, { items: items(0, 2) });
    await harness.recordPage(uid, 0, 'failure');
    await harness.endInput(uid, 0);
    await harness.moveRun(uid, 'succeedPartly');
    await harness.moveRun(uid, 'retry', { newEpoch: true, newAttempt: true, restart: true });
    const { rows } = await harness.follow(`/v1/runs/${uid}/inputs`);
    expect(rows).toMatchObject([{ status: 'CREATED', output_count: 2, last_error: null }, { output_count: 0 }]);
  });

  it('are served for live runs', async () => {
    const uid = await harness.createRun({ mode: 'LIVE' });
    const { rows } = await harness.follow(`/v1/runs/${uid}/inputs`);
    expect(rows).toMatchObject([{ index: 0, status: 'SUCCEEDED', input_data: { index: 0 }, output_count: 3 }]);
  });

  it('too large for one answer come in several', async () => {
    const uid = await harness.createRun({ inputs: 200, inputText: 'x'.repeat(30_000) });
    const { rows, calls } = await harness.follow(`/v1/runs/${uid}/inputs?limit=500`);
    expect([rows.length, calls]).toEqual([200, 2]);
  });
});

describe('outputs', () => {
  const numbers = (rows: readonly { readonly n?: unknown }[]): unknown[] => rows.map(({ n }) => n);

  it('end at the first input that is not settled, and following them later misses nothing', async () => {
    const uid = await startedRun();
    const list = `/v1/runs/${uid}/outputs?limit=2`;
    const first = await harness.follow(list);
    expect(numbers(first.rows)).toEqual([0, 1, 2, 3, 4, 30, 31, 32, 33]);
    if (first.rest === null) throw new Error('the list says that it is complete');
    expect((await harness.follow(first.rest)).rows).toEqual([]);

    await harness.recordPage(uid, 3, { items: items(34, 3) });
    const second = await harness.follow(first.rest);
    expect(numbers(second.rows)).toEqual([34, 35, 36]);

    await harness.recordPage(uid, 3, { items: [], last: true });
    await harness.recordPage(uid, 4, 'failure');
    for (let input = 6; input < 40; input += 1) {
      await harness.recordPage(uid, input, { items: items(input * 10, 1), last: true });
    }
    await harness.moveRun(uid, 'succeedPartly');
    const third = await harness.follow(second.rest ?? '');
    expect(third.rest).toBeNull();
    const whole = await harness.follow(`/v1/runs/${uid}/outputs?limit=500`);
    expect([...first.rows, ...second.rows, ...third.rows]).toEqual(whole.rows);
    expect(numbers(whole.rows)).toHaveLength(9 + 3 + 1 + 34);
    for (const limit of [1, 3, 46, 47, 48]) {
      expect((await harness.follow(`/v1/runs/${uid}/outputs?limit=${limit}`)).rows).toEqual(whole.rows);
    }
  });

  it('wait for a failure that is tried again', async () => {
    const uid = await harness.createRun({ inputs: 2 });
    await harness.moveRun(uid, 'admit');
    await harness.recordPage(uid, 0, { items: items(0, 2) });
    await harness.recordPage(uid, 0, 'failure');
    await harness.recordPage(uid, 1, { items: items(10, 1), last: true });
    await harness.moveRun(uid, 'succeedPartly');
    expect(numbers((await harness.follow(`/v1/runs/${uid}/outputs`)).rows)).toEqual([0, 1, 10]);

    await harness.moveRun(uid, 'retry', { newEpoch: true, newAttempt: true, restart: true });
    const during = await harness.follow(`/v1/runs/${uid}/outputs`);
    expect(numbers(during.rows)).toEqual([0, 1]);
    await harness.recordPage(uid, 0, { items: items(2, 1), last: true }, 2);
    expect(numbers((await harness.follow(during.rest ?? '')).rows)).toEqual([2, 10]);
  });

  it('in envelopes say where they come from', async () => {
    const uid = await startedRun();
    const { rows } = await harness.follow(`/v1/runs/${uid}/outputs?envelope=true&limit=4`);
    expect(rows[3]).toEqual({
      input_uid: deriveUid(uid, 'input', { input: 0 }),
      input_index: 0,
      page: 1,
      custom_data: { ref: 'c0' },
      extracted_at: at(1),
      result: { n: 3 },
    });
    expect(rows).toHaveLength(9);
  });

  it('go on over what a stopped run left out', async () => {
    const uid = await startedRun();
    await harness.recordPage(uid, 35, { items: items(350, 1), last: true });
    await harness.moveRun(uid, 'stop', { newEpoch: true });
    const { rows, rest } = await harness.follow(`/v1/runs/${uid}/outputs?limit=3`);
    expect(numbers(rows)).toEqual([0, 1, 2, 3, 4, 30, 31, 32, 33, 50, 350]);
    expect(rest).toBeNull();
  });

  it('are cut where an answer would be over 4 MB, large pages lying beside the table', async () => {
    const uid = await harness.createRun({ inputs: 1 });
    const large = Array.from({ length: 5 }, (_, page) =>
      Array.from({ length: 10 }, (__, item) => ({ n: page * 10 + item, text: noise(page * 10 + item, 100_000) })),
    );
    for (const [page, results] of large.entries()) {
      await harness.recordPage(uid, 0, { items: results, last: page === 4 });
    }
    await harness.moveRun(uid, 'admit');
    await harness.moveRun(uid, 'succeed');
    const { rows, calls } = await harness.follow(`/v1/runs/${uid}/outputs?limit=500`);
    expect(rows).toEqual(large.flat());
    expect(calls).toBe(2);
  });

  it('of live runs are refused', async () => {
    const uid = await harness.createRun({ mode: 'LIVE' });
    const { status, body } = await harness.get(`/v1/runs/${uid}/outputs`);
    expect([status, body]).toMatchObject([409, { error_label: 'INVALID_STATE', params: { status: 'SUCCEEDED' } }]);
  });
});

describe('work for one call', () => {
  it('is bounded: over shards where nothing is, pages come without rows', async () => {
    const uid = await harness.createRun({ inputs: 3_200 });
    await harness.moveRun(uid, 'admit');
    await harness.recordPage(uid, 3_199, { items: items(0, 1), last: true });
    await harness.openWindow(uid, 3_200, { 3_199: {} });
    await harness.moveRun(uid, 'stop', { newEpoch: true });
    for (const [list, calls] of [
      ['outputs', 3],
      ['callbacks', 2],
    ] as const) {
      expect(await harness.get(`/v1/runs/${uid}/${list}`)).toMatchObject({ body: [], next: expect.any(String) });
      expect(await harness.follow(`/v1/runs/${uid}/${list}`)).toMatchObject({ rows: [expect.anything()], calls });
    }
  });
});

describe('one run', () => {
  it('is counted exactly: what open inputs have recorded is in', async () => {
    const uid = await startedRun();
    const { body } = await harness.get(`/v1/runs/${uid}`);
    expect(body).toMatchObject({
      uid,
      inputs: { total: 40, succeeded: 3, failed: 1, stopped: 0, running: 4, pending: 32 },
      output_count: 10,
      history: [
        { status: 'CREATED', at: at(0), reason: null },
        { status: 'QUEUED', at: at(0), reason: null },
        { status: 'RUNNING', at: at(0), reason: null },
      ],
    });
    const { rows } = await harness.follow('/v1/runs');
    expect(rows).toMatchObject([{ inputs: { succeeded: 3, running: 4 }, output_count: 10 }]);
    const { body: short } = await harness.get(`/v1/runs/${uid}/status`);
    expect(short).toMatchObject({ status: 'RUNNING', inputs: { running: 4 }, output_count: 10, started_at: at(0) });
  });

  it('counts an input once that settles while it is counted', async () => {
    const uid = await startedRun();
    await harness.recordPage(uid, 3, { items: items(34, 1), last: true });
    const readWindow = harness.ports.progress.readWindow.bind(harness.ports.progress);
    let settled = false;
    harness.ports.progress.readWindow = async (runUid) => {
      const window = await readWindow(runUid);
      if (!settled) await harness.endInput(uid, 3);
      settled = true;
      return window;
    };
    const counted = { inputs: { succeeded: 3, running: 4 }, output_count: 11 };
    expect((await harness.get(`/v1/runs/${uid}`)).body).toMatchObject(counted);
    const later = { inputs: { succeeded: 4, running: 3 }, output_count: 11 };
    expect((await harness.get(`/v1/runs/${uid}`)).body).toMatchObject(later);
  });

  it('that has ended is as its last record says', async () => {
    const uid = await startedRun();
    const totals = { ...NO_TOTALS, succeeded: 39, failed: 1, outputs: 99, callbacks: 50 };
    await harness.moveRun(uid, 'succeedPartly', { totals, finishedAt: START + 5_000 });
    expect((await harness.get(`/v1/runs/${uid}`)).body).toMatchObject({
      status: 'PARTIAL_SUCCEEDED',
      inputs: { total: 40, succeeded: 39, failed: 1, running: 0, pending: 0 },
      output_count: 99,
      finished_at: at(5),
    });
  });

  it('of another workspace is unknown in the same words, and an invented uid is refused without a read', async () => {
    const uid = await harness.createRun({ workspaceUid: harness.away });
    const unknown = await harness.createRun({ createdAt: 0, expiresAt: 1 });
    const said = async (path: string, about: string): Promise<string> => {
      const { status, body } = await harness.get(path);
      expect(status).toBe(404);
      return JSON.stringify({ ...(body as object), error_ref: '' }).replaceAll(about, '<uid>');
    };
    for (const tail of ['', '/status', '/inputs', '/outputs', '/callbacks']) {
      expect(await said(`/v1/runs/${uid}${tail}`, uid)).toBe(await said(`/v1/runs/${unknown}${tail}`, unknown));
      expect((await harness.get(`/v1/runs/${uid}${tail}`, harness.away)).status).toBe(200);
    }
    await harness.get(`/v1/runs/${uid}`);
    harness.engine.resetMeter();
    for (const invented of ['5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3', 'zz', deriveUid(uid, 'input', { input: 0 })]) {
      expect(await said(`/v1/runs/${invented}`, invented)).toBe(await said(`/v1/runs/${uid}x`, `${uid}x`));
    }
    expect(harness.engine.meter()).toEqual([]);
  });
});

/** Text that does not compress. */
function noise(seed: number, length: number): string {
  let state = seed + 1;
  let text = '';
  while (text.length < length) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    text += (state >>> 0).toString(36);
  }
  return text.slice(0, length);
}
