import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DynamoDbEngine, openDynamoDb } from '../../../../infra/local/dynamodb/engine.ts';
import { killNode, startNode } from '../../../support/start-node.ts';
import { at, refusal, TABLE, THINGS } from './harness.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dynamodb-log-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const logPath = () => join(dir, 'dynamodb.log');

function open(): DynamoDbEngine {
  const engine = openDynamoDb({ dir, now: () => Date.UTC(2030, 0, 1) });
  engine.createTable(THINGS);
  return engine;
}

async function put(engine: DynamoDbEngine, sk: string, more: object = {}): Promise<void> {
  await engine.handle('PutItem', { TableName: TABLE, Item: { ...at('a', sk), ...more } });
}

async function body(engine: DynamoDbEngine, operation: string, input: object): Promise<unknown> {
  return (await engine.handle(operation, { TableName: TABLE, ...input })).body;
}

it('items, indexes, expiry and tokens survive a restart', async () => {
  const first = open();
  await put(first, '1', { kind: { S: 'k' } });
  await put(first, '2');
  await first.handle('DeleteItem', { TableName: TABLE, Key: at('a', '2') });
  const ttl = { TimeToLiveSpecification: { AttributeName: 'gone_at', Enabled: true } };
  await first.handle('UpdateTimeToLive', { TableName: TABLE, ...ttl });
  const counting = {
    TransactItems: [
      {
        Update: {
          TableName: TABLE,
          Key: at('a', '3'),
          UpdateExpression: 'ADD hits :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        },
      },
    ],
    ClientRequestToken: 'token',
  };
  await first.handle('TransactWriteItems', counting);
  await first.close();
  for (let restart = 0; restart < 2; restart += 1) {
    const next = open();
    expect(await body(next, 'Scan', {})).toMatchObject({ Count: 2 });
    expect(await body(next, 'Scan', { IndexName: 'by-kind' })).toMatchObject({ Count: 1 });
    expect(await body(next, 'DescribeTimeToLive', {})).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'gone_at' },
    });
    await next.handle('TransactWriteItems', counting);
    expect(await body(next, 'GetItem', { Key: at('a', '3') })).toMatchObject({ Item: { hits: { N: '1' } } });
    await next.close();
  }
});

it('a torn last line is dropped, and writing goes on after it', async () => {
  const first = open();
  await put(first, '1');
  await first.close();
  appendFileSync(logPath(), '{"kind":"items","items":[{"table":"thi');
  const second = open();
  await put(second, '2');
  await second.close();
  const third = open();
  expect(await body(third, 'Scan', {})).toMatchObject({ Count: 2 });
  await third.close();
});

it('a damaged line before others is an error that names it, and the directory is released', async () => {
  const first = open();
  await put(first, '1');
  await first.close();
  const log = readFileSync(logPath(), 'utf8');
  writeFileSync(logPath(), `{"kind":\n${log}`);
  expect(open).toThrow('the line at byte 0 is damaged');
  writeFileSync(logPath(), log);
  await open().close();
});

it('the log is rewritten at opening, without what was overwritten', async () => {
  const first = open();
  for (let round = 0; round < 50; round += 1) await put(first, '1', { x: { S: 'x'.repeat(1000) } });
  await first.close();
  const before = statSync(logPath()).size;
  await open().close();
  expect(statSync(logPath()).size).toBeLessThan(before / 20);
});

it('the log is rewritten while running when it has grown far beyond what lives', async () => {
  const engine = open();
  for (let round = 0; round < 60; round += 1) await put(engine, '1', { x: { S: 'x'.repeat(390 * 1024) } });
  expect(statSync(logPath()).size).toBeLessThan(16 * 1024 * 1024);
  await engine.close();
  const next = open();
  expect(await body(next, 'Scan', { Select: 'COUNT' })).toMatchObject({ Count: 1 });
  await next.close();
});

/** Items of the table; a Scan answers with 1 MB at a time. */
async function countAll(engine: ReturnType<typeof open>): Promise<number> {
  let count = 0;
  let from: object = {};
  for (;;) {
    const page = (await body(engine, 'Scan', { Select: 'COUNT', ...from })) as {
      Count: number;
      LastEvaluatedKey?: object;
    }; // cast: as DynamoDB answers
    count += page.Count;
    if (page.LastEvaluatedKey === undefined) return count;
    from = { ExclusiveStartKey: page.LastEvaluatedKey };
  }
}

it('what was answered survives kill -9', async () => {
  const child = startNode([fileURLToPath(new URL('./writer.ts', import.meta.url)), dir], { faults: 'inherit' });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.split('\n').length > 300) break;
  }
  await killNode(child);
  const answered = output.split('\n').slice(0, -1).length;
  const engine = open();
  expect(await countAll(engine)).toBeGreaterThanOrEqual(answered);
  await engine.close();
});

it('a directory that a living process has open is refused, a dead one’s is taken over', async () => {
  const engine = open();
  expect(open).toThrow(/is in use by process \d+/);
  await engine.close();
  writeFileSync(join(dir, 'lock'), '1');
  expect(open).toThrow('is in use by process 1');
  writeFileSync(join(dir, 'lock'), '4194303');
  await open().close();
});

it('a closed engine takes no calls', async () => {
  const engine = open();
  await engine.close();
  expect((await refusal(put(engine, '1'))).message).toContain('after close()');
});
