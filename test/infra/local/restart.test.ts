import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startRuntime } from '../../../infra/local/runtime.ts';
import type { Runtime } from '../../../infra/local/runtime.ts';
import { killNode, startNode } from '../../support/start-node.ts';
import { until } from '../../support/until.ts';
import { buildFixture } from './fixture/build.ts';

const MESSAGES = 30;

async function runUntilSent(stackFile: string, dataDir: string): Promise<void> {
  const script = join(import.meta.dirname, 'fixture/run-stack.ts');
  const child = startNode([script, stackFile, dataDir, String(MESSAGES)], { faults: 'inherit' });
  await once(child.stdout, 'data');
  await killNode(child);
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
  // What its workers wait for, before the restart and after.
  const TableName = runtime.plan.tables[0]?.input.TableName;
  const Item = { pk: { S: 'meet last' }, sk: { S: 'count' } };
  await runtime.services.dynamodb.handle('PutItem', { TableName, Item });
  await until('all of it done', async () => ((await countDone(runtime)) < MESSAGES + 1 ? null : true));
  await runtime.close();
  rmSync(folder, { recursive: true });
});

it('the seats of workers that ended with the system are free when it starts again', async () => {
  const { codeDir: _, assets, ...stack } = await buildFixture();
  const dataDir = mkdtempSync(join(tmpdir(), 'host-seats-'));
  const Key = { pk: { S: 'SEATS' }, sk: { S: 'page' } };
  const first = await startRuntime({ stack: { ...stack, assets }, dataDir });
  const TableName = first.plan.tables[0]?.input.TableName;
  const put = await first.services.dynamodb.handle('PutItem', { TableName, Item: { ...Key, taken: { S: 'all' } } });
  expect(put.status).toBe(200);
  await first.close();
  const again = await startRuntime({ stack: { ...stack, assets }, dataDir });
  const read = await again.services.dynamodb.handle('GetItem', { TableName, Key, ConsistentRead: true });
  expect(read).toMatchObject({ status: 200, body: {} });
  expect(read.body).not.toHaveProperty('Item');
  await again.close();
  rmSync(dataDir, { recursive: true });
});
