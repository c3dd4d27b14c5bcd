import { expect, test } from 'vitest';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import { createEndGatherer } from '../../shared/engine/pages/gather-ends.ts';
import type { EndedInputs, InputEnd } from '../../shared/engine/stores/progress-store.ts';

const end = (input: number, place = input): InputEnd => ({ place, position: input, input, adds: NO_TOTALS });

/** A gatherer whose clock is turned by hand, over a window that counts all it is told of. */
function createHarness(answer: (ends: readonly InputEnd[]) => Promise<EndedInputs> = countAll) {
  const timers: { at: number; callback: () => void }[] = [];
  const writes: { runUid: string; inputs: readonly number[] }[] = [];
  let now = 0;
  const gatherer = createEndGatherer(
    {
      after(ms, callback) {
        const timer = { at: now + ms, callback };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    {
      endInputs(runUid, _, ends) {
        writes.push({ runUid, inputs: ends.map(({ input }) => input) });
        return answer(ends);
      },
    },
  );
  return {
    gatherer,
    writes,
    pass: (ms: number) => {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) timer.callback();
    },
  };
}

async function countAll(ends: readonly InputEnd[]): Promise<EndedInputs> {
  return { counted: new Set(ends.map(({ input }) => input)), window: null };
}

test('ends are counted together as soon as no page is at work that might bring another', async () => {
  const { gatherer, writes } = createHarness();
  const [first, second, third] = [gatherer.enter(), gatherer.enter(), gatherer.enter()];
  const ends = [first.count('a', 1, end(0), 1_000), second.count('a', 1, end(7), 1_000)];
  expect(writes).toEqual([]);
  third.leave();
  third.leave();
  expect(writes).toEqual([{ runUid: 'a', inputs: [0, 7] }]);
  expect((await Promise.all(ends)).map(({ isOthers = false }) => isOthers)).toEqual([false, true]);
});

test('no place waits for longer than a twentieth of its page, nor than a quarter of a second', async () => {
  const { gatherer, writes, pass } = createHarness();
  const [quick, slow] = [gatherer.enter(), gatherer.enter()];
  gatherer.enter(); // goes on
  void quick.count('a', 1, end(0), 300);
  pass(14);
  expect(writes).toEqual([]);
  pass(1);
  expect(writes).toEqual([{ runUid: 'a', inputs: [0] }]);
  void slow.count('a', 1, end(1), 60_000);
  pass(249);
  expect(writes).toHaveLength(1);
  pass(1);
  expect(writes).toHaveLength(2);
});

test('runs are counted apart, a message and its duplicate once', async () => {
  const { gatherer, writes } = createHarness();
  const pages = Array.from({ length: 3 }, () => gatherer.enter());
  const ends = pages.map((page, at) => page.count(at === 0 ? 'b' : 'a', 1, end(0), 1_000));
  expect(writes).toEqual([
    { runUid: 'b', inputs: [0] },
    { runUid: 'a', inputs: [0] },
  ]);
  expect((await Promise.all(ends)).map(({ counted }) => counted.size)).toEqual([1, 1, 0]);
});

test('where the write fails every end of it fails, and comes again', async () => {
  const { gatherer } = createHarness(() => Promise.reject(new Error('the table is away')));
  const pages = [gatherer.enter(), gatherer.enter()];
  const ends = pages.map((page, at) => page.count('a', 1, end(at), 1_000));
  const settled = await Promise.allSettled(ends);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
