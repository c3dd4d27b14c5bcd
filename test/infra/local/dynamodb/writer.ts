import { argv, stdout } from 'node:process';
import { openDynamoDb } from '../../../../infra/local/dynamodb/engine.ts';
import { at, TABLE, THINGS } from './harness.ts';

/** A process that writes item after item until it is killed, telling each number once it was answered. */
const engine = openDynamoDb({ dir: argv[2] ?? null, now: () => 0 });
engine.createTable(THINGS);
for (let index = 0; ; index += 1) {
  const Item = { ...at(`p${index % 10}`, String(index)), x: { S: 'x'.repeat(500) } };
  await engine.handle('PutItem', { TableName: TABLE, Item });
  stdout.write(`${index}\n`);
}
