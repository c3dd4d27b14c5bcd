import { expect, it } from 'vitest';
import { quotasInForce } from '../../shared/domain/quota.ts';

it('a workspace has its own quotas before the stage’s, and may have none where the stage has one', () => {
  const stage = { runsWaiting: 5, schedules: 6, uploadsOpen: 100, pagesPerDay: null };
  const own = { runsWaiting: 0, schedules: null, uploadsOpen: 7, pagesPerDay: 1 };
  expect(quotasInForce(own, stage)).toEqual({ runsWaiting: null, schedules: 6, uploadsOpen: 7, pagesPerDay: 1 });
});
