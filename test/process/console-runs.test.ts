import { afterEach, expect, test, vi } from 'vitest';
import { currentRun, nameRunsOnConsole } from '../../shared/process/console-runs.ts';

afterEach(() => vi.restoreAllMocks());

test('what an action writes to the console carries the uid of its run and no secret, side by side with others', async () => {
  const lines: unknown[][] = [];
  vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => void lines.push(line));
  nameRunsOnConsole((text) => text.replaceAll('hunter2', '[secret PASSWORD]'));
  const page = (uid: string): Promise<void> =>
    currentRun.run({ runUid: uid, workspaceUid: 'w' }, async () => {
      console.log('page %d of', 3, uid);
      await new Promise((resolve) => setImmediate(resolve));
      console.log({ message: 'told hunter2', run_uid: uid });
      console.log('as %j', { password: 'hunter2' });
    });
  await Promise.all([page('one'), page('two')]);
  console.log('outside');
  expect(lines).toEqual([
    [{ message: 'page 3 of one', run_uid: 'one', logged_by: 'action' }],
    [{ message: 'page 3 of two', run_uid: 'two', logged_by: 'action' }],
    [{ message: 'told [secret PASSWORD]', run_uid: 'one' }],
    [{ message: 'as {"password":"[secret PASSWORD]"}', run_uid: 'one', logged_by: 'action' }],
    [{ message: 'told [secret PASSWORD]', run_uid: 'two' }],
    [{ message: 'as {"password":"[secret PASSWORD]"}', run_uid: 'two', logged_by: 'action' }],
    ['outside'],
  ]);
});
