import { describe, expect, it } from 'vitest';
import { errorOfAnswer, noAnswer, type TriremeError } from '../../shared/client/error.ts';
import { type Attempted, decideRetry } from '../../shared/client/retry.ts';

const NOW = Date.parse('2030-01-31T09:00:00Z');
const POLICY = { attempts: 4, maxWaitMs: 60_000 };

function refused(label: string, status: number, retryable: boolean, retryAfter?: number): TriremeError {
  const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
  const body = { error_label: label, error_scope: 'server', error_ref: 'r', message: 'm', retryable, params: {} };
  return errorOfAnswer(status, headers, JSON.stringify(body), NOW);
}

const silence = noAnswer('GET /', new Error('socket hang up'));

function decide(given: Partial<Attempted> & { readonly error: TriremeError }, random = 0.5) {
  const attempted = {
    isSafe: false,
    key: 'own',
    isReplayed: false,
    hasRun: false,
    attempt: 1,
    waitedMs: 0,
    ...given,
  } as const;
  return decideRetry(attempted, POLICY, NOW, random);
}

describe('a call that failed', () => {
  it('is not sent again where its label is not retryable, whatever the API says of a wait', () => {
    expect(decide({ error: refused('BAD_INPUT', 400, false, 3) })).toBeNull();
    expect(decide({ error: refused('ACTION_FAILED', 424, false) })).toBeNull();
  });

  it.each([
    ['silence', silence],
    ['a fault of the server', refused('INTERNAL_ERROR', 500, true)],
    ['a service that is away', refused('UNAVAILABLE', 503, true)],
    ['its first request not answered yet', refused('IDEMPOTENCY_IN_FLIGHT', 409, true)],
  ])('keeps its key after %s', (_, error) => {
    expect(decide({ error })).toMatchObject({ newKey: false });
    expect(decide({ error, key: 'given' })).toMatchObject({ newKey: false });
  });

  it('gets a new key after a limit, whose answer may be stored under the old one', () => {
    expect(decide({ error: refused('LIMIT_REACHED', 429, true) })).toMatchObject({ newKey: true });
  });

  it.each(['none', 'own', 'given'] as const)('is not sent again once its action has answered (key: %s)', (key) => {
    for (const error of [refused('UPSTREAM_ERROR', 424, true), refused('LIMIT_REACHED', 429, true)]) {
      expect(decide({ error, key, hasRun: true })).toBeNull();
    }
  });

  it('under a key that its caller gave is not sent again where the answer is stored under it', () => {
    expect(decide({ error: refused('LIMIT_REACHED', 429, true), key: 'given', isReplayed: true })).toBeNull();
    expect(decide({ error: refused('LIMIT_REACHED', 429, true), key: 'given' })).toMatchObject({ newKey: false });
  });

  it('and may have been done is sent again only if that does no harm', () => {
    for (const error of [silence, refused('UNAVAILABLE', 503, true)]) {
      expect(decide({ error, key: 'none' })).toBeNull();
      expect(decide({ error, key: 'none', isSafe: true })).not.toBeNull();
    }
    expect(decide({ error: refused('LIMIT_REACHED', 429, true), key: 'none' })).not.toBeNull();
  });

  it('waits for as long as the API asks', () => {
    expect(decide({ error: refused('LIMIT_REACHED', 429, true, 7) })?.waitMs).toBe(7_000);
  });

  it('else waits longer each time, at random between nothing and twenty seconds', () => {
    const waits = [1, 2, 3].map((attempt) => decide({ error: silence, attempt }, 1)?.waitMs);
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    expect(decide({ error: silence }, 0)?.waitMs).toBe(0);
    const patient = { attempts: 99, maxWaitMs: 1e9 };
    const late = {
      error: silence,
      isSafe: true,
      key: 'none',
      isReplayed: false,
      hasRun: false,
      attempt: 40,
      waitedMs: 0,
    } as const;
    expect(decideRetry(late, patient, NOW, 1)?.waitMs).toBe(20_000);
  });

  it('ends at the bound of attempts and of waiting', () => {
    expect(decide({ error: silence, attempt: 4 })).toBeNull();
    expect(decide({ error: refused('LIMIT_REACHED', 429, true, 61) })).toBeNull();
    expect(decide({ error: refused('LIMIT_REACHED', 429, true, 30), waitedMs: 31_000 })).toBeNull();
  });
});

describe("an answer of API Gateway's own", () => {
  it.each([
    [429, '{"message":"Too Many Requests"}', 'LIMIT_REACHED', true],
    [503, '{"message":"Service Unavailable"}', 'UNAVAILABLE', true],
    [500, '{"message":"Internal Server Error"}', 'INTERNAL_ERROR', true],
    [413, '{"message":"Request Entity Too Large"}', 'PAYLOAD_TOO_LARGE', false],
    [431, '{"message":"Request Header Fields Too Large"}', 'BAD_INPUT', false],
    [418, '<html>a proxy</html>', 'UNEXPECTED_ANSWER', false],
  ])('of %i is an error with a label', (status, text, label, retryable) => {
    expect(errorOfAnswer(status, new Headers(), text, NOW)).toMatchObject({ label, retryable, status });
  });
});
