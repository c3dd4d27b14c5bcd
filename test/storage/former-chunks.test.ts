import { expect, test } from 'vitest';
import { blockPartition, CHUNK_PREFIX, runPartition } from '../../shared/storage/keys.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const HOUR = 3_600_000;
const inputs = Array.from({ length: 300 }, (_, row) => ({ key: `key ${row}`, custom_data: { pad: 'x'.repeat(500) } }));

/** A run whose chunks lie where release 0.1.0 had them; `replace` says what stands in one's place. */
async function launchFormer(replace: (chunk: Readonly<Record<string, unknown>>) => object) {
  const harness = createEngineHarness({ actions: [createSampleActions().oneRecord] });
  const { definition } = await harness.launch({ inputs });
  const { uid } = definition;
  for await (const item of harness.table.queryAll({ pk: blockPartition(uid, 0), prefix: CHUNK_PREFIX })) {
    const sk = item['sk']?.S ?? '';
    await harness.table.delete({ pk: blockPartition(uid, 0), sk });
    const chunk = { first: Number(item['first']?.N), inputs: item['inputs']?.B };
    await harness.table.put({ pk: runPartition(uid), sk }, replace(chunk));
  }
  await harness.runUntil(START + HOUR);
  return { harness, uid, control: await harness.ports.runs.readControl(uid) };
}

test('chunks of release 0.1.0, beside the definition, are read', async () => {
  const { control } = await launchFormer((chunk) => chunk);
  expect([control?.status, control?.totals.succeeded]).toEqual(['SUCCEEDED', 300]);
});

test('inputs that it left in an upload say so, and fail', async () => {
  const { harness, uid, control } = await launchFormer(({ first }) => ({ first, line: 1, offset: 0, bytes: 9 }));
  expect([control?.status, control?.totals.failed]).toEqual(['FAILED', 300]);
  expect((await harness.ports.runs.readInputs(uid, 7))[0]?.fault).toContain('release 0.1.0');
  expect(control?.lastError?.error_label).toBe('BAD_INPUT');
});
