import * as z from 'zod';
import { expect, test } from 'vitest';
import type { CallbackSender } from '../../shared/engine/ports.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { openSharedStage } from '../bench/shared-stage.ts';
import type { VirtualClock } from '../bench/virtual-clock.ts';

const NEIGHBOUR = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
/** Enough that each worker has some of them to wait for. */
const RECEIVERS = 12;
const WORKERS = { page: 3, callback: 2 };
const input = z.strictObject({});
const parameters = z.strictObject({});
const result = z.object({ n: z.int() });
const about = { description: 'For neighbours.', pageSize: 1, input, parameters, result };
const quick = defineAction({
  ...about,
  name: 'quick',
  title: 'Quick',
  run: async () => ({ results: [{ n: 1 }], nextCursor: null }),
});
const hangs = defineAction({ ...about, name: 'hangs', title: 'Hangs', run: () => new Promise<never>(() => undefined) });

/** What a stage has done when the other workspace has had its `run.finished`, on a clock that jumps. */
async function untilOtherHasAll(isShared: boolean, neighbours: 'receivers' | 'action') {
  const ended = Promise.withResolvers<void>();
  let cut = 0;
  const senderOn = (clock: VirtualClock): CallbackSender => ({
    async post({ workspaceUid, body, signal }) {
      if (workspaceUid === OTHER && body.includes('"run.finished"')) ended.resolve();
      if (workspaceUid === OTHER) return { kind: 'answered', status: 204, body: '', retryAfter: undefined };
      await new Promise<void>((resolve) => {
        clock.after(15_000, resolve);
        signal.addEventListener('abort', () => resolve());
      });
      if (signal.aborted) cut += 1;
      return { kind: 'failed', message: 'timed out' };
    },
  });
  const stage = openSharedStage({ actions: [quick, hangs], workers: WORKERS, isShared, senderOn });
  for (let n = 0; n < (neighbours === 'receivers' ? RECEIVERS : 3); n += 1) {
    await stage.launch({
      workspaceUid: NEIGHBOUR,
      actionName: neighbours === 'receivers' ? 'quick' : 'hangs',
      inputs: Array.from({ length: neighbours === 'receivers' ? 1 : 20 }, () => ({})),
      callbackUrl: `https://silent-${n}.example/`,
    });
  }
  await stage.clock.sleep(500);
  const startedAt = stage.clock.now();
  await stage.launch({
    workspaceUid: OTHER,
    actionName: 'quick',
    inputs: [{}, {}],
    callbackUrl: 'https://well.example/',
  });
  await ended.promise;
  const waitedMs = stage.clock.now() - startedAt;
  stage.close();
  return { waitedMs, cut };
}

test.each(['receivers', 'action'] as const)(
  'a workspace whose %s hang keeps no sender and no page worker from another one',
  async (neighbours) => {
    const shared = await untilOtherHasAll(true, neighbours);
    expect(shared.waitedMs).toBeLessThanOrEqual(3_000); // virtual: what is cut, and its own pages
    if (neighbours === 'receivers') expect(shared.cut).toBeGreaterThan(0);
    const unshared = await untilOtherHasAll(false, neighbours);
    expect(unshared.waitedMs).toBeGreaterThan(10_000); // what the share is good for
    expect(unshared.cut).toBe(0);
  },
);
