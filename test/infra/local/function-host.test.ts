import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { hostFunction } from '../../../infra/local/functions/function-host.ts';
import type { FunctionHost, FunctionHostOptions } from '../../../infra/local/functions/function-host.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { until } from '../../support/until.ts';

let fn: FunctionHost | undefined;
afterEach(() => fn?.close(0));

function host(code: string, options: Partial<FunctionHostOptions> = {}): FunctionHost {
  const codeDir = mkdtempSync(join(tmpdir(), 'host-function-'));
  writeFileSync(join(codeDir, 'index.mjs'), code);
  const plan = {
    id: 'f',
    name: 'f',
    arn: 'arn:f',
    codeDir,
    handler: 'index.handler',
    timeoutMs: PATIENCE_MS,
    memoryMb: 128,
    env: {},
    roleArn: '',
    logGroup: 'g',
    logLevel: 'INFO' as const,
    isRecursionAllowed: false,
    reservedConcurrency: null,
  };
  const quiet = { onLog: () => undefined, onReport: () => undefined };
  fn = hostFunction({
    plan,
    envOf: () => ({}),
    maxThreads: 2,
    isFrozenBetween: false,
    hasTimeout: true,
    ...quiet,
    ...options,
  });
  return fn;
}

it('a frozen thread goes on with what it left behind only in its next invocation', async () => {
  // The first leaves a timer behind; the second says what it finds, and what there is once it has waited a turn.
  const code = `let late = 0;
    export const handler = async ({ waits }) => {
      const found = late;
      setTimeout(() => { late += 1; }, 0);
      if (waits) await new Promise((resolve) => setTimeout(resolve, 5));
      return [found, late];
    };`;
  const frozen = host(code, { isFrozenBetween: true });
  expect(await frozen.invoke({ waits: false })).toEqual({ kind: 'succeeded', payload: '[0,0]' });
  await new Promise((resolve) => setTimeout(resolve, 50)); // only so that a thread that is not frozen would show
  expect(await frozen.invoke({ waits: true })).toEqual({ kind: 'succeeded', payload: '[0,2]' });
});

it('a thread runs one invocation at a time, and as many threads as allowed run side by side', async () => {
  const code = `let inside = 0;
    export const handler = async () => { inside += 1; const most = inside; await new Promise((r) => setTimeout(r, 40)); inside -= 1; return most; };`;
  const reports: boolean[] = [];
  const busy = host(code, { onReport: ({ isColdStart }) => reports.push(isColdStart) });
  const outcomes = await Promise.all([1, 2, 3, 4].map(() => busy.invoke({})));
  expect(outcomes).toEqual(outcomes.map(() => ({ kind: 'succeeded', payload: '1' })));
  expect(reports.filter(Boolean)).toHaveLength(2);
});

it('what hangs is ended when the function is closed, and nothing is taken after', async () => {
  const closing = host('export const handler = () => new Promise(() => setTimeout(() => undefined, 60_000));');
  const hanging = closing.invoke({});
  await closing.close(50);
  expect((await hanging).kind).toBe('failed');
  expect(await closing.invoke({})).toMatchObject({ error: { errorType: 'ServiceException' } });
});

it('new code waits for nobody: what runs ends on the old', async () => {
  const busy = host(
    'export const handler = async () => { await new Promise((r) => setTimeout(r, 100)); return "old"; };',
  );
  await busy.invoke({});
  const running = busy.invoke({});
  writeFileSync(join(busy.plan.codeDir, 'index.mjs'), 'export const handler = async () => "new";');
  busy.renewCode();
  expect(await busy.invoke({})).toEqual({ kind: 'succeeded', payload: '"new"' });
  expect(await running).toEqual({ kind: 'succeeded', payload: '"old"' });
});

it('a thread that runs nothing for a while ends, and the next invocation is a cold start', async () => {
  const colds: boolean[] = [];
  const lazy = host('let count = 0; export const handler = async () => { count += 1; return count; };', {
    idleMs: 1,
    onReport: ({ isColdStart }) => colds.push(isColdStart),
  });
  expect(await lazy.invoke({})).toEqual({ kind: 'succeeded', payload: '1' });
  await until('a second cold start', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5)); // longer than it may be idle
    await lazy.invoke({});
    return colds.filter(Boolean).length > 1 ? true : null;
  });
});

it('a thread at work is not ended, however long it works', async () => {
  const code = `let count = 0;
    export const handler = async () => { count += 1; await new Promise((r) => setTimeout(r, 100)); return count; };`;
  const busy = host(code, { idleMs: 1, maxThreads: 1 });
  const outcomes = await Promise.all([busy.invoke({}), busy.invoke({}), busy.invoke({})]);
  expect(outcomes.map((outcome) => ('payload' in outcome ? outcome.payload : outcome.kind))).toEqual(['1', '2', '3']);
});

it('lines below the function’s log level are dropped', async () => {
  const lines: unknown[] = [];
  const talking = host("export const handler = async () => { console.debug('low'); console.info('kept'); };", {
    onLog: ({ message }) => lines.push(message),
  });
  await talking.invoke({});
  expect(lines).toEqual(['kept']);
});
