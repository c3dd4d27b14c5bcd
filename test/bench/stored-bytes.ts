import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import { itemSize } from '../../infra/local/dynamodb/item-size.ts';
import type { Item } from '../../infra/local/dynamodb/item.ts';

/** What DynamoDB adds to each item it stores (pricing page, "data storage"). */
const OVERHEAD_BYTES = 100;

/** Billed bytes of a table's items, its indexes not counted. */
export async function itemBytes(engine: DynamoDbEngine, tableName: string): Promise<number> {
  let bytes = 0;
  let startAfter: Item | undefined;
  do {
    const { body } = await engine.handle('Scan', { TableName: tableName, ExclusiveStartKey: startAfter });
    const { Items, LastEvaluatedKey } = body as { Items: Item[]; LastEvaluatedKey?: Item }; // cast: a Scan's answer
    for (const item of Items) bytes += itemSize(item) + OVERHEAD_BYTES;
    startAfter = LastEvaluatedKey;
  } while (startAfter !== undefined);
  return bytes;
}
