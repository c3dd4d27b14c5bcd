import { describe, expect, it } from 'vitest';
import { replayCallback } from '../../shared/engine/callbacks/replay-callbacks.ts';
import type { CallbackAnswer } from '../../shared/engine/ports.ts';
import { createEngineHarness, START } from '../support/engine-harness.ts';
import { createSampleActions } from '../support/sample-actions.ts';

const { numberedPages } = createSampleActions();
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const INPUTS = Array.from({ length: 6 }, () => ({ pages: 2, per_page: 1 }));
const CALLBACKS = 6 * 2 + 1;
const URL = 'https://receiver.example/hook';
const TAKEN = { kind: 'answered', status: 204, body: '', retryAfter: undefined } as const;
const NO_ANSWER: CallbackAnswer = { kind: 'failed', message: 'timed out' };

/** A run whose receiver's host may be taken off the list, and whose receiver answers as told. */
async function start(answer: () => CallbackAnswer) {
  let hosts: readonly string[] | null = ['receiver.example', '*.other.example'];
  const harness = createEngineHarness({
    actions: [numberedPages],
    answer,
    callbackHosts: () => hosts,
  });
  const { definition } = await harness.launch({ inputs: INPUTS, callback: { url: URL, headers: {}, on: 'all' } });
  const { callbacks } = harness.ports;
  return {
    harness,
    definition,
    allow: (next: readonly string[] | null) => (hosts = next),
    records: async () => [
      ...(await callbacks.listRecords(definition.uid, 0)),
      ...(await callbacks.listRecords(definition.uid, null)),
    ],
  };
}

const NOT_ALLOWED = {
  error_label: 'RECEIVER_NOT_ALLOWED',
  error_scope: 'receiver',
  retryable: false,
  message: 'Nothing was sent: callbacks may not be sent to the host receiver.example; allowed: *.other.example',
};

describe('a host that callbacks may not be sent to', () => {
  it('is refused at the launch, with what is allowed', async () => {
    const { harness } = await start(() => TAKEN);
    const callback = { url: 'https://other.example/hook', headers: {}, on: 'all' } as const;
    const message = 'callbacks may not be sent to the host other.example; allowed: receiver.example, *.other.example';
    await expect(harness.launch({ inputs: INPUTS, callback })).rejects.toMatchObject({
      label: 'BAD_INPUT',
      details: { validationErrors: [{ path: 'callback.url', message }] },
    });
  });

  it('any more is sent nothing: each callback fails at once and says why, and the run ends', async () => {
    const { harness, definition, allow, records } = await start(() => TAKEN);
    allow(['*.other.example']);
    await harness.runUntil(START + HOUR_MS);
    expect(harness.posted).toEqual([]);
    const stored = await records();
    expect(stored).toHaveLength(CALLBACKS);
    for (const record of stored) {
      expect(record).toMatchObject({ status: 'FAILED', retryCount: 0, httpStatus: null, nextAttemptAt: null });
      expect(record.error).toMatchObject(NOT_ALLOWED);
      expect(record.attempts).toMatchObject([{ attempt: 0, error: NOT_ALLOWED }]);
    }
    expect(await harness.ports.runs.readControl(definition.uid)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('between two attempts ends the callback at the second', async () => {
    const { harness, allow, records } = await start(() => ({ ...TAKEN, status: 404 }));
    await harness.runUntil(START + 2_000);
    const posted = harness.posted.length;
    expect(posted).toBeGreaterThan(0);
    allow(['*.other.example']);
    await harness.runUntil(START + HOUR_MS);
    expect(harness.posted).toHaveLength(posted);
    const stored = await records();
    expect(stored.map(({ status, error }) => [status, error?.error_label])).toEqual(
      stored.map(() => ['FAILED', 'RECEIVER_NOT_ALLOWED']),
    );
    expect(stored.some(({ retryCount }) => retryCount === 1)).toBe(true);
  });

  it('while its receiver is away ends what waits for it within minutes', async () => {
    const { harness, allow, records } = await start(() => NO_ANSWER);
    const { definition: other } = await harness.launch({
      inputs: INPUTS,
      callback: { url: URL, headers: {}, on: 'all' },
    });
    await harness.runUntil(START + HOUR_MS);
    expect((await records()).some(({ heldSince }) => heldSince !== null)).toBe(true);
    const posted = harness.posted.length;
    allow(['*.other.example']);
    await harness.runUntil(START + HOUR_MS + 15 * MINUTE_MS);
    const all = [...(await records()), ...(await harness.ports.callbacks.listRecords(other.uid, 0))];
    expect(all.map(({ status, error }) => [status, error?.error_label])).toEqual(
      all.map(() => ['FAILED', 'RECEIVER_NOT_ALLOWED']),
    );
    expect(harness.posted).toHaveLength(posted);
  });

  it('and then allowed again gets what is replayed', async () => {
    const { harness, allow, records } = await start(() => TAKEN);
    allow(['*.other.example']);
    await harness.runUntil(START + HOUR_MS);
    allow(null);
    const [failed] = await records();
    if (failed === undefined) throw new Error('There is no callback');
    await replayCallback(harness.ports, failed, new Uint8Array(16).fill(7));
    await harness.runUntil(START + 2 * HOUR_MS);
    expect(harness.posted.map(({ url }) => url)).toEqual([URL]);
  });
});
