import { expect, test } from 'vitest';
import * as z from 'zod';
import { runPage } from '../../shared/engine/pages/run-page.ts';
import { listLogs, type LogRow } from '../../shared/engine/read/list-logs.ts';
import { retryRun } from '../../shared/engine/runs/retry-run.ts';
import type { ErasedContext } from '../../shared/sdk/action.ts';
import { Permanent, RateLimited, Retryable } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';

const HOUR_MS = 3_600_000;

type Talk = (context: Pick<ErasedContext, 'log' | 'page' | 'now'> & { readonly call: number }) => void;

/** A run of an action that does as it is told, for some virtual hours. */
async function run(inputs: number, pages: number, talk: Talk) {
  const calls = new Map<string, number>();
  const action = defineAction({
    name: 'talker',
    title: 'Talker',
    description: 'Logs what it is told.',
    input: z.strictObject({ n: z.int() }),
    result: z.strictObject({}),
    async run({ log, page, now, idempotencyKey }) {
      const call = (calls.get(idempotencyKey) ?? 0) + 1;
      calls.set(idempotencyKey, call);
      talk({ log, page, now, call });
      return { results: [{}], nextCursor: page + 1 < pages ? String(page + 1) : null };
    },
  });
  const harness = createEngineHarness({ actions: [action] });
  const { control } = await harness.launch({ inputs: Array.from({ length: inputs }, (_, n) => ({ n })) });
  await harness.runUntil(START + HOUR_MS);
  const read = async (only: number | null = null): Promise<readonly LogRow[]> => {
    const stored = await harness.ports.runs.readControl(control.uid);
    const rows: LogRow[] = [];
    for await (const { row } of listLogs(harness, stored ?? control, { from: null, only, queries: 1_000 })) {
      if (row !== null) rows.push(row);
    }
    return rows;
  };
  return { harness, control, calls, read };
}

function brief(rows: readonly LogRow[]) {
  return rows.map(({ entry, line }) => [entry.input, entry.page, entry.attempt, line.level, line.message]);
}

test('what an action logs is listed by input, page and time', async () => {
  const { read } = await run(40, 2, ({ log, page }) => {
    log.info(`began ${page}`, { page });
    log.warn(`ended ${page}`);
  });
  const rows = await read();
  expect(rows).toHaveLength(160);
  expect(brief(rows.slice(0, 4))).toEqual([
    [0, 0, 1, 'info', 'began 0'],
    [0, 0, 1, 'warn', 'ended 0'],
    [0, 1, 1, 'info', 'began 1'],
    [0, 1, 1, 'warn', 'ended 1'],
  ]);
  expect(rows.map(({ entry }) => entry.input)).toEqual(Array.from({ length: 160 }, (_, at) => Math.floor(at / 4)));
  expect(rows[0]?.line).toMatchObject({ data: { page: 0 }, error: null });
  expect(rows[1]?.line.data).toBeNull();
  expect(new Set((await read(33)).map(({ entry }) => entry.input))).toEqual(new Set([33]));
});

test('failed attempts are listed, each with the lines before it, and those of a retry after them', async () => {
  const { read, harness, control } = await run(1, 1, ({ log, call }) => {
    log.info(`call ${call}`);
    if (call < 4) throw new Retryable('the upstream stumbled');
    throw new Permanent('the upstream said never', { label: 'UPSTREAM_ERROR' });
  });
  const definition = await harness.ports.runs.readDefinition(control.uid);
  if (definition === null) throw new Error('there is no definition');
  await retryRun(harness.ports, definition);
  await harness.runUntil(harness.now() + HOUR_MS);
  const rows = await read();
  expect(brief(rows)).toEqual([
    [0, 0, 1, 'info', 'call 1'],
    [0, 0, 1, 'error', 'the upstream stumbled'],
    [0, 0, 2, 'info', 'call 2'],
    [0, 0, 2, 'error', 'the upstream stumbled'],
    [0, 0, 3, 'info', 'call 3'],
    [0, 0, 3, 'error', 'the upstream stumbled'],
    [0, 0, 1, 'info', 'call 4'],
    [0, 0, 1, 'error', 'the upstream said never'],
  ]);
  const last = (await harness.ports.runs.readControl(control.uid))?.lastError;
  expect(rows.at(-1)?.line.error).toEqual({ label: 'UPSTREAM_ERROR', ref: last?.error_ref });
});

test('a wait that the upstream asks for is no failed attempt; what was logged before it stays', async () => {
  const { read } = await run(1, 1, ({ log, call, now }) => {
    log.info(`call ${call}`);
    if (call === 1) throw new RateLimited(now() + 5_000);
  });
  expect(brief(await read())).toEqual([
    [0, 0, 1, 'info', 'call 1'],
    [0, 0, 1, 'info', 'call 2'],
  ]);
});

test('an input whose log is over 64 KB ends with a line that says so, and nothing more is stored', async () => {
  const { read, harness, control } = await run(2, 40, ({ log, page }) => {
    for (let at = 0; at < 3; at += 1) log.info(`${page} ${'x'.repeat(1_500)}`);
  });
  const rows = await read(0);
  expect(rows.at(-1)?.line).toMatchObject({ level: 'warn', message: expect.stringContaining('more than 64 KB') });
  const bytes = rows.slice(0, -1).reduce((sum, { line }) => sum + Buffer.byteLength(JSON.stringify(line)), 0);
  expect(bytes).toBeLessThanOrEqual(64 * 1024);
  expect(bytes).toBeGreaterThan(60 * 1024);
  expect((await read()).filter(({ entry }) => entry.input === 1)).toHaveLength(rows.length);
  const stored = await harness.reader.listLogEntries(
    control.uid,
    { input: 0, entry: null },
    { oneInput: true, limit: 100 },
  );
  expect(stored.entries.length).toBeLessThan(16);
});

test('one call cannot fill more than its input may hold, however often it logs', async () => {
  const { read } = await run(1, 1, ({ log }) => {
    for (let at = 0; at < 500; at += 1) log.info('y'.repeat(3_000), { much: 'z'.repeat(10_000) });
  });
  const rows = await read();
  expect(rows.length).toBeLessThan(20);
  expect(rows[0]?.line.message).toHaveLength(2_001);
  expect(JSON.stringify(rows[0]?.line.data).length).toBeLessThan(2_100);
});

test('whatever is logged does no harm', async () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const bad = Object.defineProperty({}, 'fails', {
    enumerable: true,
    get() {
      throw new Error('read me not');
    },
  });
  let reads = 0;
  const once = Object.defineProperty({}, 'counts', { enumerable: true, get: () => ((reads += 1) > 1 ? bad : 1) });
  const anything = (value: unknown) => value as string & Record<string, unknown>; // cast: what no type stops at run time
  const { read, harness, control } = await run(1, 1, ({ log }) => {
    for (const data of [cycle, bad, once, 7n, 'text', [1], null, undefined, Symbol('s'), () => 1]) {
      log.info('data', anything(data));
    }
    for (const message of [{ a: 1 }, 7, null, undefined, 8n, cycle, bad]) log.info(anything(message));
  });
  expect(await harness.ports.runs.readControl(control.uid)).toMatchObject({ status: 'SUCCEEDED' });
  const rows = await read();
  expect(rows).toHaveLength(17);
  expect(rows[2]?.line.data).toEqual({ counts: 1 });
  expect(rows[4]?.line.data).toEqual({ data: 'text' });
  expect(rows[10]?.line.message).toBe('{"a":1}');
});

test('nothing that is logged after the page has ended is kept', async () => {
  let late: ErasedContext['log'] | null = null;
  const { read } = await run(1, 2, ({ log, page }) => {
    late?.info('too late');
    late = log;
    log.info(`page ${page}`);
  });
  expect(brief(await read()).map(([, , , , message]) => message)).toEqual(['page 0', 'page 1']);
});

test('a page that came twice is called once and its lines are listed once', async () => {
  const { harness, calls, read } = await run(1, 1, ({ log }) => log.info('once'));
  const page = harness.sent.find(({ message }) => message.kind === 'page')?.message;
  if (page?.kind !== 'page') throw new Error('there was no page');
  await runPage(harness.ports, page, { by: 'again', count: 2 });
  expect([...calls.values()]).toEqual([1]);
  expect(brief(await read())).toEqual([[0, 0, 1, 'info', 'once']]);
});

test('a page that dies eight times is a failed attempt too', async () => {
  const harness = createEngineHarness({ actions: [quiet], dies: ({ kind }) => kind === 'page' });
  const { control } = await harness.launch({ inputs: [{}] });
  await harness.runUntil(START + HOUR_MS);
  const [step] = await Array.fromAsync(listLogs(harness, control, { from: null, only: null, queries: 10 }));
  const { lastError } = (await harness.ports.runs.readControl(control.uid)) ?? {};
  expect(step?.row?.line).toMatchObject({ level: 'error', error: { ref: lastError?.error_ref } });
});

const quiet = defineAction({
  name: 'quiet',
  title: 'Quiet',
  description: 'Logs nothing.',
  input: z.strictObject({}),
  result: z.strictObject({}),
  run: async () => ({ results: [{}], nextCursor: null }),
});
