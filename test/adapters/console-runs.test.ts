import { afterEach, expect, test, vi } from 'vitest';
import { currentRun, nameRunsOnConsole } from '../../shared/adapters/console-runs.ts';

afterEach(() => vi.restoreAllMocks());

test('what an action writes to the console carries the uid of its run, side by side with others', async () => {
  const lines: unknown[][] = [];
  vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line));
  nameRunsOnConsole();
  const page = (uid: string): Promise<void> =>
    currentRun.run(uid, async () => {
      console.log('page %d of', 3, uid);
      await new Promise((resolve) => setImmediate(resolve));
      console.log({ message: 'told', run_uid: uid });
    });
  await Promise.all([page('one'), page('two')]);
  console.log('outside');
  expect(lines).toEqual([
    [{ message: 'page 3 of one', run_uid: 'one', logged_by: 'action' }],
    [{ message: 'page 3 of two', run_uid: 'two', logged_by: 'action' }],
    [{ message: 'told', run_uid: 'one' }],
    [{ message: 'told', run_uid: 'two' }],
    ['outside'],
  ]);
});
