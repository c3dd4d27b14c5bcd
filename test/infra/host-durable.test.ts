import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startRuntime } from '../../infra/local/runtime.ts';
import type { Runtime } from '../../infra/local/runtime.ts';
import { buildFixture } from './host-fixture/build.ts';

const MESSAGES = 30;

async function runUntilSent(stackFile: string, dataDir: string): Promise<void> {
  const script = join(import.meta.dirname, 'host-fixture/run-stack.ts');
  const child = spawn(process.execPath, [script, stackFile, dataDir, String(MESSAGES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function countDone({ services, plan }: Runtime): Promise<number> {
  const TableName = plan.tables[0]?.input.TableName;
  const { body } = await services.dynamodb.handle('Scan', { TableName, ConsistentRead: true });
  return typeof body === 'object' && body !== null && 'Count' in body ? Number(body.Count) : 0;
}

it('a system killed in the middle of its work finishes it after a restart', async () => {
  const { codeDir: _, assets, ...stack } = await buildFixture();
  const folder = mkdtempSync(join(tmpdir(), 'host-durable-'));
  const stackFile = join(folder, 'stack.json');
  writeFileSync(stackFile, JSON.stringify({ ...stack, assets: [...assets] }));
  const dataDir = join(folder, 'data');
  await runUntilSent(stackFile, dataDir);
  const runtime = await startRuntime({ stack: { ...stack, assets }, dataDir });
  expect(await countDone(runtime)).toBeLessThan(MESSAGES);
  const end = performance.now() + 15_000;
  while ((await countDone(runtime)) < MESSAGES && performance.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await countDone(runtime)).toBe(MESSAGES);
  await runtime.close();
  rmSync(folder, { recursive: true });
});
