import type * as z from 'zod';
import type { CallbackAttempt, CallbackRecord } from '../../domain/callback.ts';
import { deriveUid } from '../../domain/ids.ts';
import type { SigningSecret } from '../../domain/signing-secrets.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { callbackAttempt, callbackRecord, signingSecrets } from './schemas.ts';
import { errorView, instantOf, instantOrNull } from '../runs/view.ts';

/** A delivery record as the API shows it. `run`: null for a notification. */
export function callbackView(
  record: CallbackRecord,
  run: Pick<RunDefinition, 'callback'> | null,
  batchUid: string | null,
): z.output<typeof callbackRecord> {
  return {
    uid: record.uid,
    parent_uid: record.parentUid,
    callback_ref_uid: record.refUid,
    type: record.type,
    run_uid: record.runUid,
    batch_uid: batchUid,
    input_uid: inputUidOf(record),
    page: record.page,
    part: record.part,
    status: record.status,
    status_reason: reasonOf(record),
    retry_count: record.retryCount,
    http_status: record.httpStatus,
    http_response: record.httpResponse,
    error: record.error === null ? null : errorView(record.error),
    callback_url: record.url ?? run?.callback?.url ?? '',
    next_attempt_at: instantOrNull(record.nextAttemptAt),
    created_at: instantOf(record.createdAt),
    delivered_at: instantOrNull(record.deliveredAt),
    workspace_uid: record.workspaceUid,
  };
}

function inputUidOf({ runUid, input }: CallbackRecord): string | null {
  return runUid === null || input === null ? null : deriveUid(runUid, 'input', { input });
}

/** An attempt at a callback as the API shows it. */
export function attemptView(attempt: CallbackAttempt): z.output<typeof callbackAttempt> {
  return {
    attempt: attempt.attempt + 1,
    at: instantOrNull(attempt.at),
    duration_ms: attempt.durationMs,
    http_status: attempt.httpStatus,
    http_response: attempt.httpResponse,
    error: attempt.error === null ? null : errorView(attempt.error),
  };
}

/** What the status alone does not say. */
function reasonOf({ status, url, httpStatus, error, heldSince, deferredAt }: CallbackRecord): string | null {
  if (status === 'FAILED' && url !== null && error === null) {
    return 'The notifications of the workspace were deleted before it was delivered.';
  }
  if (status === 'FAILED') {
    if (heldSince !== null)
      return 'The receiver failed for as long as callbacks are retried, and the last attempt failed too.';
    return httpStatus === 410
      ? 'The receiver answered with 410, which ends the attempts.'
      : 'All attempts failed: none was answered with a 2xx status.';
  }
  if (status === 'PENDING' && heldSince !== null) {
    return 'The receiver is failing. The callback is sent as soon as the receiver accepts another one.';
  }
  if (status === 'PENDING' && deferredAt !== null) {
    return 'The workspace has reached its limit of unanswered callbacks. The callback is sent once others have been answered.';
  }
  return status === 'PENDING' && error !== null ? 'The last attempt failed. Another one follows.' : null;
}

/** Signing secrets as the API shows them. `workspaceCreatedAt`: since when the first one signs. */
export function signingSecretsView(
  secrets: readonly (SigningSecret & { readonly secret: { reveal(): string } })[],
  workspaceCreatedAt: number,
): z.output<typeof signingSecrets> {
  return {
    secrets: secrets.map(({ secret, createdAt, expiresAt }) => ({
      secret: secret.reveal(),
      created_at: instantOf(createdAt ?? workspaceCreatedAt),
      expires_at: instantOrNull(expiresAt),
    })),
  };
}
