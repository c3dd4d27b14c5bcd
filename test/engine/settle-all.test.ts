import { describe, expect, test } from 'vitest';
import { settleAll } from '../../shared/engine/settle-all.ts';

describe('works done together', () => {
  test('give their results in their order', async () => {
    expect(await settleAll([Promise.resolve(1), 'two'] as const)).toEqual([1, 'two']);
  });

  test('are all over before the error of the first is thrown', async () => {
    const ends: string[] = [];
    const slow = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      ends.push('slow');
    };
    const works = settleAll([slow(), Promise.reject(new Error('one')), Promise.reject(new Error('two'))]);
    await expect(works).rejects.toThrow('one');
    expect(ends).toEqual(['slow']);
  });
});
