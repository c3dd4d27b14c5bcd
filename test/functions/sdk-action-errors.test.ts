import { describe, expect, test } from 'vitest';
import { NoResult, Permanent, RateLimited, readActionFault, Retryable } from '../../shared/sdk/action-errors.ts';

describe('the fault a thrown value declares', () => {
  test.each([
    [new RateLimited(5), { kind: 'rate_limited', message: 'the upstream limits its rate', retryAt: 5 }],
    [new RateLimited(new Date(7), 'slow'), { kind: 'rate_limited', message: 'slow', retryAt: 7 }],
    [new Retryable('again'), { kind: 'retryable', message: 'again', retryAt: null }],
    [new Retryable('again', { retryAt: new Date(9) }), { kind: 'retryable', message: 'again', retryAt: 9 }],
    [new Permanent('never'), { kind: 'permanent', message: 'never', label: 'ACTION_FAILED' }],
    [new Permanent('no', { label: 'BAD_INPUT' }), { kind: 'permanent', message: 'no', label: 'BAD_INPUT' }],
    [new NoResult(), { kind: 'no_result', message: 'the action found nothing' }],
  ])('%o', (thrown, fault) => {
    expect(readActionFault(thrown)).toEqual(fault);
  });

  test("is read from another bundle's error, which is no instance of ours", () => {
    const foreign = Object.assign(new Error('slow'), {
      actionError: { kind: 'rate_limited', message: 'slow', retryAt: 5 },
    });
    expect(readActionFault(foreign)).toEqual({ kind: 'rate_limited', message: 'slow', retryAt: 5 });
  });

  test.each([
    new Error('x'),
    'x',
    null,
    undefined,
    { actionError: 'x' },
    { actionError: { kind: 'odd', message: '' } },
  ])('is null for %o, which is unclassified', (thrown) => {
    expect(readActionFault(thrown)).toBe(null);
  });

  test('a limit without a usable time stays a limit', () => {
    expect(readActionFault(new RateLimited(new Date('soon')))).toMatchObject({ kind: 'rate_limited', retryAt: null });
  });

  test('a label the catalogue does not give to actions becomes ACTION_FAILED', () => {
    const thrown = { actionError: { kind: 'permanent', message: 'm', label: 'UNAUTHORIZED' } };
    expect(readActionFault(thrown)).toMatchObject({ label: 'ACTION_FAILED' });
  });

  test('the cause is kept', () => {
    const cause = new Error('deeper');
    expect(new Retryable('again', { cause }).cause).toBe(cause);
  });
});
