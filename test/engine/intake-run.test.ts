import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { blockPartition, CHUNK_PREFIX } from '../../shared/storage/keys.ts';
import { intakeRun } from '../../shared/engine/launch/intake-run.ts';
import { stopRun } from '../../shared/engine/runs/stop-run.ts';
import { resumeRun } from '../../shared/engine/runs/resume-run.ts';
import { listInputs } from '../../shared/engine/read/list-inputs.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const pad = (): string => 'x'.repeat(1_000);
/** As much that does not compress. */
const noise = (row: number): string =>
  Array.from({ length: 12 }, (_, at) => hash('sha512', `${row} ${at}`, 'base64')).join('');
const HOUR = 3_600_000;
const WORKSPACE = '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3';

function createHarness(options: Pick<Parameters<typeof createEngineHarness>[0], 'answer'> = {}) {
  const { oneRecord, calls } = createSampleActions();
  const harness = createEngineHarness({ actions: [oneRecord], ...options });
  /** Launches with lines that were put before. */
  const launchLines = (text: string | Uint8Array, wanted: Partial<Parameters<typeof harness.launch>[0]> = {}) =>
    harness.launch({ inputs: [], upload: harness.uploads.put(WORKSPACE, 'an-upload', text), ...wanted });
  const controlOf = async (uid: string) => {
    const control = await harness.ports.runs.readControl(uid);
    if (control === null) throw new Error('There is no such run.');
    return control;
  };
  /** Callbacks that came, each once. */
  const received = () => {
    const bodies = harness.posted.map(({ body }) => JSON.parse(body));
    return [...new Map(bodies.map((body) => [body.callback_ref_uid, body])).values()];
  };
  const finished = () => received().filter(({ type }) => type === 'run.finished');
  return { harness, calls, launchLines, controlOf, received, finished };
}

/** Lines of about a kilobyte, some sixty a chunk. */
const lines = (count: number, at = 0, padOf: (row: number) => string = pad): string =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ key: `key ${at + index}`, custom_data: { row: index, pad: padOf(index) } }),
  ).join('\n');

describe('an upload', () => {
  test('becomes a run over its lines, in their order, each with its custom_data', async () => {
    const { harness, launchLines, controlOf, calls, received, finished } = createHarness();
    const { definition, control } = await launchLines(`\uFEFF${lines(60)}\r\n\n${lines(60, 60)}\n`);
    expect([control.status, control.inputsTotal]).toEqual(['CREATED', 0]);
    await harness.runUntil(START + HOUR);
    const done = await controlOf(definition.uid);
    expect([done.status, done.inputsTotal, done.totals.succeeded]).toEqual(['SUCCEEDED', 120, 120]);
    expect(calls).toHaveLength(120);
    const last = received().find(({ input_index: at }) => at === 119);
    expect(last).toMatchObject({ input: { key: 'key 119' }, custom_data: { row: 59 } });
    expect(finished()).toMatchObject([{ manifest: { inputs: 120, succeeded: 120, callbacks: 121 } }]);
  });

  test.each([
    ['in the table', pad, 'inputs'],
    ['as objects where they are large', noise, 'object'],
  ])('is read once, and its inputs lie in chunks: %s', async (_, padOf, attribute) => {
    const { harness, launchLines, received } = createHarness();
    const text = lines(150, 0, padOf);
    const { definition } = await launchLines(text);
    await harness.runUntil(START + HOUR);
    expect(harness.uploads.reads).toEqual([text.length]);
    const pages = received().filter(({ type }) => type === 'run.page');
    const rows = new Map(pages.map(({ input_index: at, custom_data: row }) => [at, row]));
    for (let row = 0; row < 150; row += 1) expect(rows.get(row)).toEqual({ row, pad: padOf(row) });
    const chunks: string[][] = [];
    for await (const item of harness.table.queryAll({ pk: blockPartition(definition.uid, 0), prefix: CHUNK_PREFIX })) {
      chunks.push(['inputs', 'object'].filter((name) => name in item));
    }
    expect(chunks).toEqual([[attribute], [attribute], [attribute]]);
  });

  test('of many short lines has an end of its chunks at each block', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines(Array.from({ length: 1_030 }, (_, key) => `{"key":"${key}"}`).join('\n'));
    await harness.runUntil(START + HOUR);
    expect((await controlOf(definition.uid)).totals.succeeded).toBe(1_030);
    for (const at of [0, 511, 512, 1_023, 1_024, 1_029]) {
      expect((await harness.ports.runs.readInput(definition.uid, at)).input).toEqual({ key: String(at) });
    }
  });

  test.each([
    ['', 'has no lines'],
    ['\n \r\n', 'has no lines'],
  ])('that is empty makes an INVALID run: %j', async (text, message) => {
    const { harness, launchLines, controlOf, finished } = createHarness();
    const { definition } = await launchLines(text);
    await harness.runUntil(START + HOUR);
    const { status, lastError } = await controlOf(definition.uid);
    expect([status, lastError?.error_label, lastError?.message]).toEqual([
      'INVALID',
      'BAD_INPUT',
      expect.stringContaining(message),
    ]);
    expect(finished()).toMatchObject([{ run: { status: 'INVALID' } }]);
  });

  test('with a bad line is INVALID and tells the first hundred and how many there are', async () => {
    const { harness, launchLines, controlOf, calls, finished } = createHarness();
    const bad = Array.from({ length: 130 }, (_, index) => `{"wrong":${index}}`).join('\n');
    const { definition } = await launchLines(`${lines(10)}\n\n{"key":\n${bad}`);
    await harness.runUntil(START + HOUR);
    const { status, inputsTotal, lastError } = await controlOf(definition.uid);
    expect([status, inputsTotal, lastError?.params]).toEqual(['INVALID', 141, { invalid_lines: 131 }]);
    expect(lastError?.validation_errors).toHaveLength(100);
    expect(lastError?.validation_errors?.[0]).toEqual({
      path: 'inputs[10]',
      message: expect.stringContaining('line 12: is not valid JSON at column 8'),
    });
    expect(lastError?.validation_errors?.[1]?.message).toContain('line 13: ');
    expect(calls).toEqual([]);
    expect(finished()).toMatchObject([
      { run: { status: 'INVALID' }, error: { params: { invalid_lines: 131 } }, manifest: { inputs: 141, failed: 141 } },
    ]);
  });

  test('skips bad lines where it is told to: they fail without the action being called', async () => {
    const { harness, launchLines, controlOf, calls, received } = createHarness();
    const long = `{"key":"${'x'.repeat(40_000)}"}`;
    const text = [lines(2), 'no json', '{"wrong":1}', long, lines(1, 2)].join('\n');
    const { definition } = await launchLines(text, { onInvalidInput: 'skip' });
    await harness.runUntil(START + HOUR);
    const { status, totals } = await controlOf(definition.uid);
    expect([status, totals.succeeded, totals.failed, totals.refused]).toEqual(['PARTIAL_SUCCEEDED', 3, 3, 3]);
    expect(calls).toHaveLength(3);
    const failed = received().filter(({ type }) => type === 'run.input_failed');
    const byIndex = new Map(failed.map(({ input_index: at, error }) => [at, error]));
    expect([2, 3, 4].map((at) => byIndex.get(at)?.error_label)).toEqual(['BAD_INPUT', 'BAD_INPUT', 'BAD_INPUT']);
    expect(byIndex.get(4)?.message).toContain('line 5: is over the limit');
  });

  test('in which no line is good is INVALID, also where bad ones are skipped', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines('1\n2', { onInvalidInput: 'skip' });
    await harness.runUntil(START + HOUR);
    expect((await controlOf(definition.uid)).status).toBe('INVALID');
  });

  test('of more lines than a run may have is INVALID and says the limit', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines('1\n'.repeat(1_000_001));
    await harness.runUntil(START + HOUR);
    const { status, lastError, inputsTotal } = await controlOf(definition.uid);
    expect([status, lastError?.error_label, inputsTotal]).toEqual(['INVALID', 'PAYLOAD_TOO_LARGE', 0]);
    expect(lastError?.message).toContain('1000000');
  });

  test('that was replaced since it was pinned is not read', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines(lines(3));
    harness.uploads.put(WORKSPACE, 'an-upload', lines(4));
    const intake = intakeRun(
      { ...harness.ports, uploads: harness.uploads },
      { kind: 'intake', runUid: definition.uid, epoch: 1 },
    );
    await expect(intake).rejects.toThrow('PreconditionFailed');
    expect((await controlOf(definition.uid)).status).toBe('CREATED');
  });
});

describe('an intake', () => {
  test('that died, or is told twice, begins anew and nothing is done twice', async () => {
    const { harness, launchLines, controlOf, calls } = createHarness();
    const { definition } = await launchLines(lines(80));
    const ports = { ...harness.ports, uploads: harness.uploads };
    const message = { kind: 'intake', runUid: definition.uid, epoch: 1 } as const;
    const dying = { ...ports, runs: { ...ports.runs, countInputs: () => Promise.reject(new Error('it died')) } };
    await expect(intakeRun(dying, message)).rejects.toThrow('it died');
    expect((await controlOf(definition.uid)).inputsTotal).toBe(0);
    await Promise.all([intakeRun(ports, message), intakeRun(ports, message)]);
    await harness.runUntil(START + HOUR);
    await intakeRun(ports, message);
    await harness.runUntil(START + 2 * HOUR);
    expect([(await controlOf(definition.uid)).status, calls.length]).toEqual(['SUCCEEDED', 80]);
  });

  test('whose message was lost is asked for again by the sweep', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines(lines(5));
    harness.loseQueued();
    await harness.runUntil(START + HOUR);
    expect((await controlOf(definition.uid)).status).toBe('SUCCEEDED');
  });

  test('stops when its run is cancelled, and a resume has it counted after all', async () => {
    const { harness, launchLines, controlOf, calls, finished } = createHarness();
    const { definition } = await launchLines(lines(50));
    const uploads = {
      ...harness.uploads,
      async readBytes(...asked: Parameters<typeof harness.uploads.readBytes>) {
        await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
        return harness.uploads.readBytes(...asked);
      },
    };
    await intakeRun({ ...harness.ports, uploads }, { kind: 'intake', runUid: definition.uid, epoch: 1 });
    await harness.runUntil(START + HOUR);
    const stopped = await controlOf(definition.uid);
    expect([stopped.status, stopped.inputsTotal, calls.length]).toEqual(['STOPPED', 0, 0]);
    expect(finished()).toMatchObject([{ run: { status: 'STOPPED' }, manifest: { inputs: 0 } }]);
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + 2 * HOUR);
    const done = await controlOf(definition.uid);
    expect([done.status, done.inputsTotal, done.totals.succeeded]).toEqual(['SUCCEEDED', 50, 50]);
  });

  test('that was cut short is told by the same bytes, also once its one line is counted', async () => {
    const { harness, launchLines } = createHarness({
      answer: (_, attempt) => ({ kind: 'answered', status: attempt < 3 ? 500 : 204, body: '', retryAfter: undefined }),
    });
    const { definition } = await launchLines(lines(1));
    await stopRun(harness.ports, definition, 'CANCELLED_BY_CALLER');
    await harness.runUntil(START + 100_000);
    await resumeRun(harness.ports, definition);
    await harness.runUntil(START + HOUR);
    const [first, ...more] = harness.posted.filter(({ body }) => body.includes('"STOPPED"')).map(({ body }) => body);
    expect(more).toEqual([first, first, first]);
    expect(JSON.parse(first ?? '')).toMatchObject({ input: null, run: { batch_uid: null }, manifest: { inputs: 0 } });
  });

  test('of a postponed run is done at once, the run starts at its time', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines(lines(5), { scheduleAt: START + HOUR });
    await harness.runUntil(START + HOUR / 2);
    const waiting = await controlOf(definition.uid);
    expect([waiting.status, waiting.inputsTotal]).toEqual(['SCHEDULED', 5]);
    await harness.runUntil(START + 2 * HOUR);
    expect((await controlOf(definition.uid)).status).toBe('SUCCEEDED');
  });

  test('is counted at once and then waits for the runs that its run depends on', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const first = await harness.launch({ inputs: [{ key: 'first' }], scheduleAt: START + HOUR });
    const dependsOn = [{ uid: first.definition.uid, require: 'finish' as const }];
    const { definition } = await launchLines(lines(5), { dependsOn });
    await harness.runUntil(START + HOUR / 2);
    expect(await controlOf(definition.uid)).toMatchObject({ status: 'BLOCKED', inputsTotal: 5 });
    await harness.runUntil(START + 2 * HOUR);
    expect((await controlOf(definition.uid)).status).toBe('SUCCEEDED');
  });

  test('leaves inputs that are listed from any place', async () => {
    const { harness, launchLines, controlOf } = createHarness();
    const { definition } = await launchLines(lines(100));
    await harness.runUntil(START + HOUR);
    const control = await controlOf(definition.uid);
    const keys: unknown[] = [];
    const asked = { after: 60, statuses: null, limit: 20 };
    for await (const { row } of listInputs({ ...harness.ports, reader: harness.reader }, control, asked)) {
      if (row === null || keys.push(row.stored.input['key']) === 20) break;
    }
    expect(keys).toEqual(Array.from({ length: 20 }, (_, at) => `key ${61 + at}`));
  });
});
