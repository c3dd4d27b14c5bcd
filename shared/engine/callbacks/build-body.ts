import { pageCallbackBody, partStarts, recordCallbackBody, repeatedBytes } from '../../domain/callback-body.ts';
import type { CallbackPayload, CallbackRecord, RunCallbackPayload } from '../../domain/callback.ts';
import type { DerivedUid } from '../../domain/ids.ts';
import { notificationBody } from '../../domain/notification.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { ProgressStore } from '../stores/progress-store.ts';
import type { RunStore } from '../stores/run-store.ts';

/** The ports of building a callback's body. */
export interface BodyPorts {
  readonly runs: Pick<RunStore, 'readInput' | 'batchUid'>;
  readonly progress: Pick<ProgressStore, 'readPage'>;
}

/** What a callback's body is built from. */
export interface BodySource {
  /** The parts of the callback's id. */
  readonly about: DerivedUid;
  /** Null: it is a notification. */
  readonly definition: RunDefinition | null;
  /** Null: a page callback without a record. */
  readonly record: Pick<CallbackRecord, 'refUid' | 'workspaceUid' | 'input' | 'payload'> | null;
  /** The callback's page, if it was read already. */
  readonly page?: Awaited<ReturnType<ProgressStore['readPage']>>;
}

/** The callback's body, the same bytes on every build. Null: the records that it is built from are gone. */
export async function buildBody(
  ports: BodyPorts,
  { about, record, definition, page = null }: BodySource,
): Promise<string | null> {
  const { runUid } = about;
  if (definition === null) return record === null ? null : notificationBodyOf(record);
  if (about.kind === 'page') {
    const found = page ?? (await ports.progress.readPage(runUid, about.input, about.page));
    if (found === null || found.pageRecord.outcome.kind !== 'RESULT') return null;
    const input = await ports.runs.readInput(runUid, about.input);
    const sizes = found.results.map((item) => Buffer.byteLength(JSON.stringify(item)));
    const starts = partStarts(sizes, repeatedBytes(definition, input));
    const results = found.results.slice(starts[about.part - 1], starts[about.part]);
    const batchUid = await ports.runs.batchUid(runUid, about.input);
    const part = { part: about.part, parts: starts.length, batchUid };
    return pageCallbackBody(definition, found.pageRecord, input, results, part);
  }
  const payload = record?.payload ?? null;
  if (record === null || payload === null || !isOfRun(payload)) return null;
  // By the record, not by the run's number of inputs: an upload may have been counted since.
  const { input: only } = record;
  const speaksOf =
    only === null
      ? null
      : { input: await ports.runs.readInput(runUid, only), batchUid: await ports.runs.batchUid(runUid, only) };
  return recordCallbackBody(definition, record.refUid, payload, speaksOf);
}

function notificationBodyOf({
  workspaceUid,
  refUid,
  payload,
}: Pick<CallbackRecord, 'workspaceUid' | 'refUid' | 'payload'>): string | null {
  return payload === null || isOfRun(payload) ? null : notificationBody(workspaceUid, refUid, payload);
}

function isOfRun(payload: CallbackPayload): payload is RunCallbackPayload {
  return payload.type === 'run.input_failed' || payload.type === 'run.finished';
}
