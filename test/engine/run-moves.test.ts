import { expect, test } from 'vitest';
import { moveFrom, RUN_MOVES, RUN_STATUSES, type RunMove } from '../../shared/domain/run-status.ts';
import { createEngineHarness } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const moves = Object.keys(RUN_MOVES) as RunMove[]; // keys of a closed literal

test.each(RUN_STATUSES.flatMap((status) => moves.map((move) => [status, move] as const)))(
  'from %s, %s does what the table says and nothing else',
  async (status, move) => {
    const harness = createEngineHarness({ actions: [numberedPages] });
    const { control, definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
    const uid = await harness.createTwin(definition, { ...control, status });
    const before = await harness.ports.runs.readControl(uid);
    const result = await harness.ports.runs.moveRun(uid, move, 1, { now: harness.now() + 5, reason: null });
    const after = await harness.ports.runs.readControl(uid);
    const wanted = moveFrom(status, move);
    if (wanted === null) {
      expect(result).toEqual({ moved: false, current: before });
      expect(after).toEqual(before);
    } else {
      expect(result.moved).toBe(true);
      expect(after?.status).toBe(wanted);
      expect(after?.history.at(-1)?.status).toBe(wanted);
    }
  },
);

test.each(moves)('%s under an old epoch changes nothing', async (move) => {
  const harness = createEngineHarness({ actions: [numberedPages] });
  const { control, definition } = await harness.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const [status] = RUN_MOVES[move].from;
  const uid = await harness.createTwin(definition, { ...control, status, epoch: 2 });
  const before = await harness.ports.runs.readControl(uid);
  expect((await harness.ports.runs.moveRun(uid, move, 1, { now: harness.now(), reason: null })).moved).toBe(false);
  expect(await harness.ports.runs.readControl(uid)).toEqual(before);
});
