import { beforeEach, describe, expect, it } from 'vitest';
import { createPacedAction } from '../support/paced-action.ts';
import { createReadingHarness, type ReadingHarness } from './runs-harness.ts';

const TEN_A_MINUTE = { calls: 10, perMs: 60_000 };

describe('a launch whose action has a pace', () => {
  let harness: ReadingHarness;
  beforeEach(async () => {
    harness = await createReadingHarness({ 'paced.ts': createPacedAction(TEN_A_MINUTE).action });
  });
  const launch = (count: number, more: object = {}, headers: Readonly<Record<string, string>> = {}) =>
    harness.call('POST', '/v1/actions/paced-pages/run/async', {
      body: { inputs: Array.from({ length: count }, () => ({})), deadline_seconds: 120, ...more },
      headers,
    });

  it('that cannot end by its deadline is taken, and told so', async () => {
    const { status, body } = await launch(31);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      warnings: [
        {
          code: 'DEADLINE_TOO_SHORT',
          message: expect.stringMatching(
            /^At the pace of paced-pages, 10 calls in 60,000 ms, 31 inputs take at least 180 s; deadline_seconds is 120\. /,
          ),
        },
      ],
    });
  });

  it('that can is told nothing', async () => {
    expect((await launch(30)).body).not.toHaveProperty('warnings');
  });

  it('is told the same when it is sent again under its key', async () => {
    const first = await launch(31, {}, { 'idempotency-key': 'k' });
    expect(first.body).toHaveProperty('warnings');
    expect((await launch(31, {}, { 'idempotency-key': 'k' })).body).toEqual(first.body);
  });

  it('is not warned of inputs that the action refuses', async () => {
    const bad = Array.from({ length: 10 }, () => ({ account: 7 }));
    const inputs = [...bad, ...Array.from({ length: 30 }, () => ({}))];
    const { status, body } = await launch(0, { inputs, on_invalid_input: 'skip' });
    expect(status).toBe(202);
    expect(body).not.toHaveProperty('warnings');
  });
});

it('an action that counts by a key is held against the key with the most inputs', async () => {
  const harness = await createReadingHarness({ 'paced.ts': createPacedAction(TEN_A_MINUTE, true).action });
  const launch = (inputs: readonly object[]) =>
    harness.call('POST', '/v1/actions/paced-pages/run/async', { body: { inputs, deadline_seconds: 60 } });
  const of = (account: string, count: number) => Array.from({ length: count }, () => ({ account }));
  expect((await launch([...of('one', 20), ...of('two', 20)])).body).not.toHaveProperty('warnings');
  expect((await launch([...of('one', 21), ...of('two', 20)])).body).toHaveProperty('warnings');
});
