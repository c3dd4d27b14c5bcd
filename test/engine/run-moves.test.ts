import { expect, test } from 'vitest';
import { moveFrom, RUN_MOVES, RUN_STATUSES, type RunMove } from '../../shared/domain/run.ts';
import { createEngineWorld } from '../support/engine-world.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const moves = Object.keys(RUN_MOVES) as RunMove[]; // keys of a closed literal

test.each(RUN_STATUSES.flatMap((status) => moves.map((move) => [status, move] as const)))(
  'from %s, %s does what the table says and nothing else',
  async (status, move) => {
    const world = createEngineWorld({ actions: [numberedPages] });
    const { control, definition } = await world.launch({ inputs: [{ pages: 1, per_page: 1 }] });
    const uid = await world.createTwin(definition, { ...control, status });
    const before = await world.ports.runs.readControl(uid);
    const result = await world.ports.runs.moveRun(uid, move, 1, { now: world.now() + 5, reason: null });
    const after = await world.ports.runs.readControl(uid);
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
  const world = createEngineWorld({ actions: [numberedPages] });
  const { control, definition } = await world.launch({ inputs: [{ pages: 1, per_page: 1 }] });
  const [status] = RUN_MOVES[move].from;
  const uid = await world.createTwin(definition, { ...control, status, epoch: 2 });
  const before = await world.ports.runs.readControl(uid);
  expect((await world.ports.runs.moveRun(uid, move, 1, { now: world.now(), reason: null })).moved).toBe(false);
  expect(await world.ports.runs.readControl(uid)).toEqual(before);
});
