import { describe, expect, it } from 'vitest';
import type { ErrorLabel, ErrorScope } from '../../shared/domain/errors.ts';
import { asEngineError, EngineError, ERROR_LABELS, toErrorRecord } from '../../shared/domain/errors.ts';

// The contract's table, told a second time: a consumer's code branches on every cell of it.
const CONTRACT: readonly (readonly [ErrorLabel, number, ErrorScope, boolean])[] = [
  ['BAD_INPUT', 400, 'input', false],
  ['BAD_PARAMETERS', 400, 'parameters', false],
  ['UNAUTHORIZED', 401, 'auth', false],
  ['FORBIDDEN', 403, 'auth', false],
  ['RECEIVER_NOT_ALLOWED', 403, 'receiver', false],
  ['NOT_FOUND', 404, 'input', false],
  ['ACTION_NOT_FOUND', 404, 'action', false],
  ['METHOD_NOT_ALLOWED', 405, 'input', false],
  ['NOT_ACCEPTABLE', 406, 'input', false],
  ['INVALID_STATE', 409, 'state', false],
  ['IDEMPOTENCY_MISMATCH', 409, 'state', false],
  ['IDEMPOTENCY_IN_FLIGHT', 409, 'state', true],
  ['PAYLOAD_TOO_LARGE', 413, 'limit', false],
  ['UNSUPPORTED_MEDIA_TYPE', 415, 'input', false],
  ['NO_RESULT', 424, 'action', false],
  ['ACTION_FAILED', 424, 'action', false],
  ['DEPENDENCY_FAILED', 424, 'state', false],
  ['UPSTREAM_ERROR', 424, 'action', true],
  ['UPSTREAM_TIMEOUT', 424, 'action', true],
  ['LIMIT_REACHED', 429, 'limit', true],
  ['INTERNAL_ERROR', 500, 'server', true],
  ['UNAVAILABLE', 503, 'server', true],
];

describe('the error catalogue', () => {
  it('has the labels of the contract and no other', () => {
    expect(ERROR_LABELS).toEqual(CONTRACT.map(([label]) => label));
  });

  it.each(CONTRACT)('%s is %i, %s, retryable: %s', (label, status_code, error_scope, retryable) => {
    const record = toErrorRecord(new EngineError(label, 'm'), 'ref');
    expect(record).toMatchObject({ error_label: label, status_code, error_scope, retryable });
  });
});

describe('toErrorRecord', () => {
  it('has every field, null or empty where there is nothing to say', () => {
    expect(toErrorRecord(new EngineError('NOT_FOUND', 'No such run.'), 'ref-1')).toEqual({
      error_label: 'NOT_FOUND',
      error_scope: 'input',
      error_ref: 'ref-1',
      message: 'No such run.',
      status_code: 404,
      retryable: false,
      params: {},
      validation_errors: null,
    });
  });

  it('says that a callback’s receiver failed, and not the action', () => {
    const error = new EngineError('UPSTREAM_ERROR', 'm', { isReceivers: true });
    expect(toErrorRecord(error, 'r')).toMatchObject({ error_label: 'UPSTREAM_ERROR', error_scope: 'receiver' });
  });

  it('puts the moment to come back among the params', () => {
    const postponedUntil = '2030-01-01T00:00:00.000Z';
    const error = new EngineError('LIMIT_REACHED', 'm', { params: { kind: 'live' }, postponedUntil });
    expect(toErrorRecord(error, 'r').params).toEqual({ kind: 'live', postponed_until: postponedUntil });
  });
});

describe('asEngineError', () => {
  it('leaves an EngineError as it is', () => {
    const error = new EngineError('NO_RESULT', 'm');
    expect(asEngineError(error)).toBe(error);
  });

  it.each([new TypeError('secret detail'), 'secret detail', null])(
    'hides %s from the caller, keeps it as cause',
    (thrown) => {
      const error = asEngineError(thrown);
      expect(error).toMatchObject({ label: 'INTERNAL_ERROR', cause: thrown });
      expect(error.message).not.toContain('secret');
    },
  );
});
