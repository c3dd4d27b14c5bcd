import { type CallbackRecord, NOT_ATTEMPTED, type RunCallbackPayload } from '../../domain/callback.ts';
import { deriveUid } from '../../domain/ids.ts';
import type { PageRecord } from '../../domain/page.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { settleAll } from '../settle-all.ts';

/**
 * Sends a recorded page's callbacks, one per part. Nothing is written: the page record stands for pending callbacks.
 */
export async function sendPageCallbacks(
  ports: Pick<CorePorts, 'messages'>,
  definition: RunDefinition,
  pageRecord: PageRecord,
): Promise<void> {
  if (definition.callback?.on !== 'all' || pageRecord.outcome.kind !== 'RESULT') return;
  const sends: Promise<void>[] = [];
  for (let part = 1; part <= pageRecord.outcome.parts; part += 1) {
    const uid = deriveUid(pageRecord.runUid, 'page', { input: pageRecord.input, page: pageRecord.page, part });
    const { workspaceUid } = definition;
    sends.push(ports.messages.send({ kind: 'callback', uid, attempt: 0 }, { workspaceUid }));
  }
  await settleAll(sends);
}

/**
 * Records a callback that has no page record, then sends it. Idempotent: a second call finds the record and sends
 * again.
 */
export async function sendRecordedCallback(
  ports: Pick<CorePorts, 'callbacks' | 'messages'>,
  definition: RunDefinition,
  refUid: string,
  payload: RunCallbackPayload,
): Promise<void> {
  const failed = payload.type === 'run.input_failed';
  const record: CallbackRecord = {
    uid: refUid,
    refUid,
    parentUid: null,
    type: payload.type,
    runUid: definition.uid,
    workspaceUid: definition.workspaceUid,
    url: null,
    input: failed ? payload.input : definition.inputsTotal === 1 ? 0 : null,
    page: failed ? payload.page : null,
    part: null,
    ...NOT_ATTEMPTED,
    nextAttemptAt: payload.at,
    createdAt: payload.at,
    payload,
    expiresAt: definition.expiresAt,
  };
  const stored = await ports.callbacks.createRecord(record);
  if (stored.status !== 'PENDING' || stored.retryCount > 0) return; // already on its way
  await ports.messages.send({ kind: 'callback', uid: refUid, attempt: 0 }, { workspaceUid: definition.workspaceUid });
}
