import { beforeEach, expect, test } from 'vitest';
import { deriveUid } from '../../shared/domain/ids.ts';
import { createReadingHarness, type ReadingHarness, START } from './runs-harness.ts';

let harness: ReadingHarness;
beforeEach(async () => {
  harness = await createReadingHarness();
});

/** A run whose records hold this number wherever a time stands, and a sound one beside it. */
async function createPair(said: number): Promise<{ readonly odd: string; readonly sound: string }> {
  const odd = await harness.createRun({ inputs: 2 });
  const reason = { code: 'RATE_LIMIT', since: said, retryAt: said, blockingUids: [] } as const;
  await harness.moveRun(odd, 'admit', { deadlineAt: said });
  await harness.moveRun(odd, 'begin', { startedAt: said, reason });
  harness.time.now = said;
  await harness.recordPage(odd, 0, { items: [{ n: 1 }], last: true });
  await harness.endInput(odd, 0);
  await harness.createRecord({
    uid: deriveUid(odd, 'page', { input: 0, page: 0, part: 1 }),
    runUid: odd,
    type: 'run.page',
    input: 0,
    page: 0,
    part: 1,
    nextAttemptAt: said,
  });
  harness.time.now = START;
  await harness.openWindow(odd, 2, { 1: { until: said, limited: { times: 1, since: said } } });
  await harness.moveRun(odd, 'postpone', { postponedUntil: said, finishedAt: said, deadlineLeftMs: said, reason });
  const sound = await harness.createRun({ inputs: 2 });
  await harness.moveRun(sound, 'admit');
  return { odd, sound };
}

test.each([1e20, 9e15, 1e14, -1e20, -1, 0, 0.5])(
  'a run whose times are %d is shown, and so is its neighbour',
  async (said) => {
    const { odd, sound } = await createPair(said);
    for (const path of ['', '/status', '/inputs', '/inputs?status=SCHEDULED', '/outputs?envelope=true', '/callbacks']) {
      const { status, body } = await harness.get(`/v1/runs/${odd}${path}`);
      expect({ path, status, body }).toMatchObject({ status: 200 });
    }
    const { rows } = await harness.follow<{ uid: string }>('/v1/runs');
    expect(rows.map(({ uid }) => uid).toSorted()).toEqual([odd, sound].toSorted());
    const callbacks = await harness.follow<{ run_uid: string }>('/v1/runs/callbacks');
    expect(callbacks.rows.map(({ run_uid }) => run_uid)).toEqual([odd]);
  },
);
