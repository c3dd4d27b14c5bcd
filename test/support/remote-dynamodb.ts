import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';

let opened = 0;

/**
 * A DynamoDB at a URL in place of our engine, for the tests that ask neither for time nor for chaos. Each has a region of
 * its own, so that tables of one name are different ones.
 */
export function openRemoteDynamoDb(url: string): DynamoDbEngine {
  opened += 1;
  const region = `test-${process.pid}-${opened}`;
  const calls = new Map<string, number>();
  let created: Promise<unknown> = Promise.resolve();

  async function send(operation: string, body: unknown): Promise<{ readonly status: number; readonly body: object }> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as object }; // cast: DynamoDB answers objects
  }

  return {
    async handle(operation, body) {
      await created;
      calls.set(operation, (calls.get(operation) ?? 0) + 1);
      return send(operation, body);
    },
    createTable(input) {
      created = send('CreateTable', input).then(({ status, body }) => {
        if (status !== 200) throw new Error(`CreateTable: ${JSON.stringify(body)}`);
      });
    },
    expireItems: () => Promise.reject(new Error('Another DynamoDB expires items when it likes.')),
    meter: () =>
      [...calls].map(([operation, count]) => ({
        operation,
        table: '',
        index: null,
        calls: count,
        readUnits: 0,
        writeUnits: 0,
      })),
    resetMeter: () => calls.clear(),
    close: () => Promise.resolve(),
  };
}
