import type { CallbackAttempt, CallbackRecord } from '../../domain/callback.ts';
import type { ErrorRecord } from '../../domain/errors.ts';
import { type DerivedUid, readUid } from '../../domain/ids.ts';
import { CLAIM_LEASE_MS } from '../../domain/timing.ts';
import { sendOn } from '../callbacks/record-attempt.ts';
import { type DeliveryTarget, newRecord, wasDelivered } from '../callbacks/delivery.ts';
import { findTarget } from '../callbacks/find-target.ts';
import type { CorePorts } from '../ports.ts';
import type { CallbackMessage } from '../messages.ts';
import { type DeadLetterOutcome, type DeadLetter, reportDeadLetter } from './dead-letter.ts';

/**
 * Fails the callback whose attempt's message became a dead letter: its record gets FAILED with an INTERNAL_ERROR, so
 * that the workspace sees it and can replay it. A delivered callback and another message's attempt are left alone.
 * Where the attempt was made and recorded, the next one is sent again.
 */
export async function failCallback(
  ports: CorePorts,
  message: CallbackMessage,
  deadLetter: DeadLetter,
): Promise<DeadLetterOutcome> {
  const record = await ports.callbacks.readRecord(message.uid);
  const about = readUid(record?.refUid ?? message.uid);
  const target = about === null ? null : await findTarget(ports, about, record);
  if (about === null || target === null) return 'NOTHING'; // or the run was deleted
  if (record !== null && hasAskedOn(message, deadLetter, record)) {
    await sendOn(ports, target, record);
    return 'CARRIED_ON';
  }
  if (record === null ? !(await isOwed(ports, message, about)) : !isOpen(ports, message, deadLetter, record)) {
    return 'NOTHING';
  }
  if (await wasDelivered(ports, { about, record })) return 'NOTHING';
  const error = reportDeadLetter(ports, deadLetter, {
    what: `Attempt ${message.attempt} of this callback`,
    ...(about.kind === 'notification' ? {} : { run_uid: about.runUid }),
    callback_uid: message.uid,
  });
  const failed = await fail(ports, { message, deadLetter, about, target, record, error });
  return failed ? 'CALLBACK_FAILED' : 'NOTHING';
}

/** Whether a page has this callback to send, though the callback has no record. */
async function isOwed(ports: CorePorts, { attempt }: CallbackMessage, about: DerivedUid): Promise<boolean> {
  if (about.kind !== 'page' || attempt !== 0) return false;
  const pageRecord = await ports.progress.readPageRecord(about.runUid, about.input, about.page);
  return pageRecord !== null && pageRecord.outcome.kind === 'RESULT' && about.part <= pageRecord.outcome.parts;
}

/** Whether this attempt was completed: its message failed only after it had recorded when the next attempt is due. */
function hasAskedOn({ attempt }: CallbackMessage, { by }: DeadLetter, record: CallbackRecord): boolean {
  return record.status === 'PENDING' && record.by === by && record.retryCount === attempt;
}

/** Whether the record waits for exactly this attempt, or for its answer. */
function isOpen(ports: CorePorts, { attempt }: CallbackMessage, { by }: DeadLetter, record: CallbackRecord): boolean {
  if (record.status === 'RUNNING') {
    const isAbandoned = (record.nextAttemptAt ?? 0) <= ports.clock.now();
    return record.retryCount === attempt && (record.by === by || isAbandoned);
  }
  if (record.status !== 'PENDING') return false;
  return attempt === 0 ? record.retryCount === 0 && record.by === '' : record.retryCount === attempt - 1;
}

async function fail(
  ports: CorePorts,
  {
    message,
    deadLetter,
    about,
    target,
    record,
    error,
  }: {
    readonly message: CallbackMessage;
    readonly deadLetter: DeadLetter;
    readonly about: DerivedUid;
    readonly target: DeliveryTarget;
    readonly record: CallbackRecord | null;
    readonly error: ErrorRecord;
  },
): Promise<boolean> {
  const change = { status: 'FAILED', by: deadLetter.by, error, nextAttemptAt: null } as const;
  if (record !== null) {
    const { status, retryCount, httpStatus, httpResponse } = record;
    const spent = Math.max(retryCount, message.attempt);
    const attempt = status === 'RUNNING' ? abandonedAttempt(record, error) : null;
    return ports.callbacks.updateRecord(
      record.uid,
      { status, retryCount },
      { ...change, retryCount: spent, httpStatus, httpResponse, attempt },
    );
  }
  const fresh = newRecord({ message, about, target }, ports.clock.now());
  const made = await ports.callbacks.createRecord({ ...fresh, ...change });
  return made.by === deadLetter.by;
}

/** The attempt that a record was claimed for and that nobody recorded: it may have been made. */
function abandonedAttempt({ retryCount, by, nextAttemptAt }: CallbackRecord, error: ErrorRecord): CallbackAttempt {
  const at = (nextAttemptAt ?? 0) - CLAIM_LEASE_MS;
  return { attempt: retryCount, by, at, durationMs: null, httpStatus: null, httpResponse: null, error };
}
