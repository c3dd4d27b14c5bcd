import { expect } from 'vitest';
import type * as z from 'zod';
import { callbackBody } from '../../shared/api/callbacks/schemas.ts';
import { createWebhookHandler, RunTally } from '../../shared/client/webhook.ts';
import { openReceiver } from './local-system.ts';
import type { ReceivedRequest, Receiver, ScriptedAnswer } from './local-system.ts';

export type Callback = z.output<typeof callbackBody>;
type RunFinished = Extract<Callback, { type: 'run.finished' }>;

/**
 * A consumer's receiver, by the handler of shared/client: it verifies and drops repeats. Every body is held against the
 * schema.
 */
export interface CallbackReceiver extends Receiver {
  /** What came of a run, each callback_ref_uid once. */
  of(runUid: string): readonly Callback[];
  /** Waits until run.finished is there and as many distinct callbacks as its manifest says; gives all of them. */
  untilComplete(runUid: string): Promise<readonly Callback[]>;
}

/** What the run.finished among callbacks says of their run. */
export function manifestIn(callbacks: readonly Callback[]): RunFinished['manifest'] | undefined {
  return callbacks.find((callback): callback is RunFinished => callback.type === 'run.finished')?.manifest;
}

/** Opens a receiver that takes only what is signed with the secret, and answers otherwise where a script says so. */
export async function openCallbackReceiver(
  signingSecret: string,
  script: (request: ReceivedRequest, index: number) => ScriptedAnswer = () => ({ status: 204 }),
): Promise<CallbackReceiver> {
  const taken: Callback[] = [];
  const bodies = new Map<string, Buffer>();
  const faults: unknown[] = [];
  const tally = new RunTally();
  const take = (delivery: unknown): void => {
    const callback = callbackBody.parse(delivery);
    taken.push(callback);
    tally.add(callback);
  };
  const handle = createWebhookHandler({
    secrets: [signingSecret],
    seen: new Set(),
    on: { 'run.page': take, 'run.input_failed': take, 'run.finished': take },
    onError: (error) => faults.push(error),
  });

  async function receive(request: ReceivedRequest, index: number): Promise<ScriptedAnswer> {
    const answer = script(request, index);
    const { body, headers } = request;
    const id = String(headers['webhook-id']);
    if (bodies.get(id)?.equals(body) === false) faults.push(new Error(`${id} came again with other bytes`));
    bodies.set(id, body);
    const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const { status } = await handle(
      new Request('http://receiver', { method: 'POST', headers: given, body: new Uint8Array(body) }),
    );
    return status < 300 ? answer : { status };
  }

  const receiver = await openReceiver(receive);
  const of = (runUid: string): readonly Callback[] => {
    expect(faults).toEqual([]);
    return taken.filter(({ run }) => run.run_uid === runUid);
  };
  return {
    ...receiver,
    of,
    async untilComplete(runUid) {
      await receiver.until(() => faults.length > 0 || tally.state(runUid).isComplete);
      return of(runUid);
    },
  };
}
