import { beforeEach, expect, it } from 'vitest';
import type { ReceiverStore } from '../../shared/engine/stores/receiver-store.ts';
import { createReceiverStore } from '../../shared/storage/receiver-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const UID = 'w:receiver';

let receivers: ReceiverStore;
beforeEach(() => {
  const clock = {
    now: () => NOW,
    after: (_: number, callback: () => void) => (setImmediate(callback), () => undefined),
  };
  receivers = createReceiverStore(new Table(clientOf(openEngine({ now: () => NOW })), TABLE_NAME, clock), clock);
});

async function awaySince(): Promise<number | null> {
  return (await receivers.readReceiver(UID, 'strong'))?.awaySince ?? null;
}

it('a receiver is marked as away for the failures that were counted, once', async () => {
  const { failingSince } = await receivers.countFailure(UID, NOW);
  await receivers.setAway(UID, { failingSince, awaySince: NOW + 10, probeAt: NOW + 1_000 });
  await receivers.setAway(UID, { failingSince, awaySince: NOW + 20, probeAt: NOW + 2_000 });
  expect(await awaySince()).toBe(NOW + 10);
});

it('one that answered and failed anew meanwhile is not', async () => {
  const { failingSince } = await receivers.countFailure(UID, NOW);
  await receivers.forgetReceiver(UID);
  await receivers.countFailure(UID, NOW + 5);
  await receivers.setAway(UID, { failingSince, awaySince: NOW + 10, probeAt: NOW + 1_000 });
  expect(await awaySince()).toBe(null);
});
