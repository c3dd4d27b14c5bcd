import * as z from 'zod';
import { expect, test } from 'vitest';
import type { CallbackSender } from '../../shared/engine/ports.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { openSharedStage } from '../bench/shared-stage.ts';

const NEIGHBOUR = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
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

/** How long a run of the other workspace takes beside runs whose action hangs, on a clock that jumps. */
async function timeBesideHanging(isShared: boolean): Promise<number> {
  const ended = Promise.withResolvers<void>();
  const senderOn = (): CallbackSender => ({
    async post({ workspaceUid, body }) {
      if (workspaceUid === OTHER && body.includes('"run.finished"')) ended.resolve();
      return { kind: 'answered', status: 204, body: '', retryAfter: undefined };
    },
  });
  const stage = openSharedStage({ actions: [quick, hangs], workers: WORKERS, isShared, senderOn });
  const callbackUrl = 'https://receiver.example/';
  for (let n = 0; n < 3; n += 1) {
    const inputs = Array.from({ length: 20 }, () => ({}));
    await stage.launch({ workspaceUid: NEIGHBOUR, actionName: 'hangs', inputs, callbackUrl });
  }
  await stage.clock.sleep(500);
  const startedAt = stage.clock.now();
  await stage.launch({ workspaceUid: OTHER, actionName: 'quick', inputs: [{}, {}], callbackUrl });
  await ended.promise;
  const tookMs = stage.clock.now() - startedAt;
  stage.close();
  return tookMs;
}

test('a workspace whose action hangs keeps no page worker from another one', async () => {
  expect(await timeBesideHanging(true)).toBeLessThanOrEqual(3_000); // virtual: what is cut, and its own pages
  expect(await timeBesideHanging(false)).toBeGreaterThan(10_000); // what the share is good for
});
