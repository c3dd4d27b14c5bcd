import type { CallbackType, RunCallbackType } from '../../domain/callback.ts';
import { deriveUid } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import { CALLBACK_EXAMPLES } from '../document/callback-examples.ts';
import { NOTIFICATION_EXAMPLES } from '../document/notification-examples.ts';

/** The document's example of a callback or a notification, with the ids of a run that there is not, and this time. */
export function exampleCallback(
  type: CallbackType,
  runUid: string,
  now: number,
): { readonly refUid: string; readonly body: string } {
  if (isOfRun(type)) return exampleOfRun(type, runUid, now);
  const refUid = deriveUid(runUid, 'notification');
  const { value } = NOTIFICATION_EXAMPLES[type];
  return { refUid, body: JSON.stringify({ ...value, callback_ref_uid: refUid, occurred_at: isoOf(now) }) };
}

function isOfRun(type: CallbackType): type is RunCallbackType {
  return type in CALLBACK_EXAMPLES;
}

function exampleOfRun(
  type: RunCallbackType,
  runUid: string,
  now: number,
): { readonly refUid: string; readonly body: string } {
  const example = CALLBACK_EXAMPLES[type].value;
  const refUid = refUidOf(type, runUid);
  const batchUid = example.run.batch_uid === null ? null : deriveUid(runUid, 'chunk');
  const body = JSON.stringify({
    ...example,
    callback_ref_uid: refUid,
    run: { ...example.run, run_uid: runUid, batch_uid: batchUid },
    input_uid: example.input_uid === null ? null : deriveUid(runUid, 'input'),
    occurred_at: isoOf(now),
  });
  return { refUid, body };
}

function refUidOf(type: RunCallbackType, runUid: string): string {
  if (type === 'run.page') return deriveUid(runUid, 'page', { part: 1 });
  return deriveUid(runUid, type === 'run.finished' ? 'run_finished' : 'input_failed', { ending: 1 });
}
