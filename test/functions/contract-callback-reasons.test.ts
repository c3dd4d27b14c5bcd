import { expect, test } from 'vitest';
import { callbackView } from '../../shared/api/callbacks/view.ts';
import type { CallbackRecord } from '../../shared/domain/callback.ts';
import { deriveUid } from '../../shared/domain/ids.ts';
import { anError, START } from './runs-harness.ts';

const uid = '1e06f8fa-9c6a-8b60-9c59-0b919e5322a8';
const RECORD: CallbackRecord = {
  uid: deriveUid(uid, 'page', { input: 0, page: 0, part: 1 }),
  refUid: deriveUid(uid, 'page', { input: 0, page: 0, part: 1 }),
  parentUid: null,
  type: 'run.page',
  runUid: uid,
  url: null,
  workspaceUid: '00000000-0000-4000-8000-000000000000',
  input: 0,
  page: 0,
  part: 1,
  status: 'PENDING',
  retryCount: 0,
  by: 'me',
  httpStatus: null,
  httpResponse: null,
  error: null,
  nextAttemptAt: START,
  heldSince: null,
  deferredAt: null,
  createdAt: START,
  deliveredAt: null,
  attempts: [],
  payload: null,
  expiresAt: START,
};

test.each<[string, Partial<CallbackRecord>, RegExp | null]>([
  ['that is on its way', {}, null],
  ['whose attempt failed', { error: anError('it answered 500') }, /last attempt failed/],
  ['that waits for its receiver', { heldSince: START }, /receiver is failing.*as soon as the receiver accepts another/],
  ['that was put off', { deferredAt: START }, /limit of unanswered callbacks/],
  [
    'that was put off after a failed attempt',
    { deferredAt: START, error: anError('it timed out') },
    /limit of unanswered callbacks/,
  ],
  ['that was put off and is being sent', { deferredAt: START, status: 'RUNNING' }, null],
  ['that is being sent again after it waited', { status: 'RUNNING' }, null],
  ['that was refused for good', { status: 'FAILED', httpStatus: 410 }, /410/],
  ['that spent its attempts', { status: 'FAILED', httpStatus: 500 }, /All attempts failed/],
  ['of notifications that were deleted', { status: 'FAILED', url: 'https://a.example/' }, /were deleted before/],
  ['that waited all its time', { status: 'FAILED', heldSince: START }, /failed for as long as callbacks are retried/],
])('a callback %s says why', (_, change, wanted) => {
  const { status_reason: reason } = callbackView({ ...RECORD, ...change }, { callback: null }, null);
  if (wanted === null) expect(reason).toBeNull();
  else expect(reason).toMatch(wanted);
});
