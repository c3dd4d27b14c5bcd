import { expect, test } from 'vitest';
import { type KeyRow, type KeyStore, onceByKey } from '../../shared/engine/once-by-key.ts';

const REQUEST = { workspaceUid: 'w', key: 'k', hash: 'of this' };
const NOW = 1_000;

/** Keys in hand. A claim is made twice, as the SDK makes a write again whose answer it lost: the second is told. */
function createStore(): KeyStore {
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
  const ports = { keyStore: createStore(), now: () => NOW, randomBytes };
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
