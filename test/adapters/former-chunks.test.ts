import { expect, test } from 'vitest';
import { blockPartition, CHUNK_PREFIX, runPartition } from '../../shared/adapters/dynamodb/keys.ts';
import { createEngineWorld, START } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const HOUR = 3_600_000;
const inputs = Array.from({ length: 300 }, (_, row) => ({ key: `key ${row}`, custom_data: { pad: 'x'.repeat(500) } }));

/** A run whose chunks lie where release 0.1.0 had them; `replace` says what stands in one's place. */
async function launchFormer(replace: (chunk: Readonly<Record<string, unknown>>) => object) {
  const world = createEngineWorld({ actions: [createSampleActions().oneRecord] });
  const { definition } = await world.launch({ inputs });
  const { uid } = definition;
  for await (const item of world.table.queryAll({ pk: blockPartition(uid, 0), prefix: CHUNK_PREFIX })) {
    const sk = item['sk']?.S ?? '';
    await world.table.delete({ pk: blockPartition(uid, 0), sk });
    const chunk = { first: Number(item['first']?.N), inputs: item['inputs']?.B };
    await world.table.put({ pk: runPartition(uid), sk }, replace(chunk));
  }
  await world.runUntil(START + HOUR);
  return { world, uid, control: await world.ports.runs.readControl(uid) };
}

test('chunks of release 0.1.0, beside the definition, are read', async () => {
  const { control } = await launchFormer((chunk) => chunk);
  expect([control?.status, control?.totals.succeeded]).toEqual(['SUCCEEDED', 300]);
});

test('inputs that it left in an upload say so, and fail', async () => {
  const { world, uid, control } = await launchFormer(({ first }) => ({ first, line: 1, offset: 0, bytes: 9 }));
  expect([control?.status, control?.totals.failed]).toEqual(['FAILED', 300]);
  expect((await world.ports.runs.readInputs(uid, 7))[0]?.fault).toContain('release 0.1.0');
  expect(control?.lastError?.error_label).toBe('BAD_INPUT');
});
