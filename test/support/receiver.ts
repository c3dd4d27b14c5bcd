import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import type * as z from 'zod';
import { callbackBody } from '../../shared/api/callbacks/schemas.ts';
import { openReceiver } from './local-system.ts';
import type { ReceivedRequest, Receiver } from './local-system.ts';

export type Callback = z.output<typeof callbackBody>;
type RunFinished = Extract<Callback, { type: 'run.finished' }>;

/** A consumer's receiver: verifies with the npm package, dedupes by id, holds every body against the schema. */
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

/** Opens a receiver that takes only what is signed with the secret. */
export async function openCallbackReceiver(
  signingSecret: string,
  script?: Parameters<typeof openReceiver>[0],
): Promise<CallbackReceiver> {
  const receiver = await openReceiver(script);
  const webhook = new Webhook(signingSecret);
  const taken = new Map<string, { readonly callback: Callback; readonly bytes: Buffer }>();
  let read = 0;

  function take({ headers, body }: ReceivedRequest): void {
    const signed = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
    );
    const callback = callbackBody.parse(webhook.verify(body, signed));
    expect(headers['webhook-id']).toBe(callback.callback_ref_uid);
    const before = taken.get(callback.callback_ref_uid);
    if (before === undefined) taken.set(callback.callback_ref_uid, { callback, bytes: body });
    else expect(before.bytes.equals(body), `${callback.callback_ref_uid} came again with other bytes`).toBe(true);
  }

  function of(runUid: string): readonly Callback[] {
    for (; read < receiver.requests.length; read += 1) {
      const request = receiver.requests[read];
      if (request !== undefined) take(request);
    }
    return [...taken.values()].flatMap(({ callback }) => (callback.run.run_uid === runUid ? [callback] : []));
  }

  return {
    ...receiver,
    of,
    async untilComplete(runUid) {
      await receiver.until(() => {
        const callbacks = of(runUid);
        const manifest = manifestIn(callbacks);
        return manifest !== undefined && callbacks.length >= manifest.callbacks;
      });
      return of(runUid);
    },
  };
}
