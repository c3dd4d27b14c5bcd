import type * as z from 'zod';
import type { CallbackRecord } from '../../domain/callback.ts';
import { deriveUid } from '../../domain/ids.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { callbackRecord } from './schemas.ts';
import { errorView, instantOf, instantOrNull } from '../runs/view.ts';

/** A delivery record as the contract shows it. */
export function callbackView(
  record: CallbackRecord,
  { callback }: Pick<RunDefinition, 'callback'>,
  batchUid: string | null,
): z.output<typeof callbackRecord> {
  return {
    uid: record.uid,
    parent_uid: record.parentUid,
    callback_ref_uid: record.refUid,
    type: record.type,
    run_uid: record.runUid,
    batch_uid: batchUid,
    input_uid: record.input === null ? null : deriveUid(record.runUid, 'input', { input: record.input }),
    page: record.page,
    part: record.part,
    status: record.status,
    status_reason: reasonOf(record),
    retry_count: record.retryCount,
    http_status: record.httpStatus,
    http_response: record.httpResponse,
    error: record.error === null ? null : errorView(record.error),
    callback_url: callback?.url ?? '',
    next_attempt_at: instantOrNull(record.nextAttemptAt),
    created_at: instantOf(record.createdAt),
    delivered_at: instantOrNull(record.deliveredAt),
    workspace_uid: record.workspaceUid,
  };
}

/** What the status alone does not say. */
function reasonOf({ status, httpStatus, error, heldSince, deferredAt }: CallbackRecord): string | null {
  if (status === 'FAILED') {
    if (heldSince !== null)
      return 'It waited for its receiver for as long as callbacks are kept up, and then was tried a last time.';
    return httpStatus === 410
      ? 'The receiver answered 410: it wants no further attempt.'
      : 'All attempts were made and none was answered with 2xx.';
  }
  if (status === 'PENDING' && heldSince !== null) {
    return 'Its receiver fails one callback after another: this one waits, and is sent as soon as another gets through.';
  }
  if (status === 'PENDING' && deferredAt !== null) {
    return 'Its workspace waits for as many receivers as it may at once: this one is sent at next_attempt_at, if others have answered by then.';
  }
  return status === 'PENDING' && error !== null
    ? 'The attempt before failed; the next is due at next_attempt_at.'
    : null;
}
