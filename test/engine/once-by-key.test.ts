import { expect, test } from 'vitest';
import { EngineError } from '../../shared/domain/errors.ts';
import { type KeyRow, type KeyStore, onceByKey, type OnceWork } from '../../shared/engine/once-by-key.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const REQUEST = { workspaceUid: 'a workspace', key: 'k', hash: 'of its body' };

/** One key, and something that can be taken once, as an upload can. */
function createHarness() {
  let row: KeyRow | null = null;
  let seeds = 0;
  const keyStore: KeyStore = {
    readKey: async () => row,
    async claimKey(_, claimed) {
      if (row !== null && row.leaseUntil > NOW) return { claimed: false, row };
      row = { ...claimed, answer: null };
      return { claimed: true };
    },
    answerKey: async () => undefined,
    dropKey: async () => undefined,
  };
  const ports = { keyStore, now: () => NOW, randomBytes: (count: number) => Buffer.alloc(count, (seeds += 1)) };
  let taken: string | null = null;
  const work: OnceWork<string> = {
    recall: async (seed) => (taken === nameOf(seed) ? taken : null),
    async run(claim) {
      if (taken !== null) throw new EngineError('INVALID_STATE', `It was taken by ${taken}.`);
      taken = nameOf((await claim()).seed);
      return taken;
    },
  };
  const send = (request: typeof REQUEST | null, how: OnceWork<string> = work) => onceByKey(ports, request, how);
  /** Sends a request, and before its checks are made another. */
  const sendAfter = (other: () => Promise<unknown>, how: OnceWork<string> = work) =>
    send(REQUEST, {
      ...how,
      async run(claim) {
        await other();
        return how.run(claim);
      },
    });
  return { work, send, sendAfter };
}

const nameOf = (seed: Uint8Array): string => `run ${seed[0] ?? 0}`;

test('a request that is refused for what another sending of it did meanwhile has that one’s answer', async () => {
  const { send, sendAfter } = createHarness();
  const { answer, replayed } = await sendAfter(() => send(REQUEST));
  expect([answer, replayed]).toEqual(['run 2', true]);
});

test('a request that is refused while another sending of it is at work is told to come back', async () => {
  const { work, send, sendAfter } = createHarness();
  const unfinished = { ...work, recall: async () => null };
  const sent = sendAfter(() => send(REQUEST), unfinished);
  await expect(sent).rejects.toMatchObject({ label: 'IDEMPOTENCY_IN_FLIGHT' });
});

test('a request that is refused for what another request did is refused', async () => {
  const { send, sendAfter } = createHarness();
  await expect(sendAfter(() => send(null))).rejects.toMatchObject({ label: 'INVALID_STATE' });
});

/** Keys in hand. A claim is made twice, as the SDK makes a write again whose answer it lost: the second is told. */
function createRepeatingStore(): KeyStore {
  let row: KeyRow | null = null;
  const claim = (claimed: Omit<KeyRow, 'answer'>): ReturnType<KeyStore['claimKey']> => {
    if (row !== null) return Promise.resolve({ claimed: false, row });
    row = { ...claimed, answer: null };
    return Promise.resolve({ claimed: true });
  };
  return {
    readKey: () => Promise.resolve(row),
    async claimKey(_, claimed) {
      await claim(claimed);
      return claim(claimed);
    },
    answerKey: async (_, value) => {
      if (row !== null) row = { ...row, answer: { value } };
    },
    dropKey: () => Promise.resolve(),
  };
}

test('a key whose claim was carried out and reported as failed is its own; another request is told that it is taken', async () => {
  let seed = 0;
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill((seed += 1));
  const ports = { keyStore: createRepeatingStore(), now: () => NOW, randomBytes };
  const claimed = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  const first = onceByKey(ports, REQUEST, {
    async run(claim) {
      await claim();
      claimed.resolve(undefined);
      await held.promise;
      return 'done';
    },
  });
  await claimed.promise;
  await expect(
    onceByKey({ ...ports, keyStore: { ...ports.keyStore, readKey: () => Promise.resolve(null) } }, REQUEST, {
      run: async (claim) => {
        await claim();
        return 'done twice';
      },
    }),
  ).rejects.toMatchObject({ label: 'IDEMPOTENCY_IN_FLIGHT' });
  held.resolve(undefined);
  expect(await first).toEqual({ answer: 'done', replayed: false });
});

test('a key under which something may have been done keeps its seed, though who carries on is refused', async () => {
  let row: KeyRow | null = null;
  const freed: boolean[] = [];
  const keyStore: KeyStore = {
    readKey: () => Promise.resolve(row),
    claimKey: (_, claimed) => {
      row = { ...claimed, answer: null };
      return Promise.resolve({ claimed: true });
    },
    answerKey: () => Promise.resolve(),
    dropKey: (_, { free }) => {
      freed.push(free);
      row = free || row === null ? null : { ...row, leaseUntil: 0 };
      return Promise.resolve();
    },
  };
  let seed = 0;
  const ports = { keyStore, now: () => NOW, randomBytes: (count: number) => new Uint8Array(count).fill((seed += 1)) };
  const seeds: (number | undefined)[] = [];
  const send = (outcome: Error | string) =>
    onceByKey(ports, REQUEST, {
      async run(claim) {
        seeds.push((await claim()).seed[0]);
        if (typeof outcome !== 'string') throw outcome;
        return outcome;
      },
    });
  await expect(send(new Error('cut off'))).rejects.toThrow('cut off');
  await expect(send(new EngineError('LIMIT_REACHED', 'no turn now'))).rejects.toThrow('no turn now');
  expect(await send('done')).toMatchObject({ answer: 'done' });
  expect(seeds).toEqual([1, 1, 1]);
  expect(freed).toEqual([false, false]);
});
