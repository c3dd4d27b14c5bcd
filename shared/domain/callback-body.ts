import type { Manifest, RunCallbackPayload, RunCallbackType } from './callback.ts';
import type { ErrorRecord } from './errors.ts';
import { deriveUid } from './ids.ts';
import type { StoredInput } from './input.ts';
import { isoOf } from './instant.ts';
import { LIMITS } from './limits.ts';
import type { PageRecord } from './page.ts';
import type { RunStatus } from './run-status.ts';
import type { RunDefinition } from './run.ts';

/**
 * The version of the body that {@link pageCallbackBody} builds. A page record keeps the version it was written under.
 */
export const CALLBACK_BODY_VERSION = 1;

/** The body of a page's callback. Deterministic: every build gives the same bytes. */
export function pageCallbackBody(
  definition: RunDefinition,
  pageRecord: PageRecord,
  input: StoredInput,
  results: readonly unknown[],
  part: { readonly part: number; readonly parts: number; readonly batchUid: string },
): string {
  return envelope('run.page', definition, {
    refUid: deriveUid(pageRecord.runUid, 'page', { input: pageRecord.input, page: pageRecord.page, part: part.part }),
    status: 'RUNNING',
    attempt: pageRecord.attempt,
    inputIndex: pageRecord.input,
    input,
    batchUid: part.batchUid,
    page: pageRecord.page,
    last: pageRecord.outcome.kind === 'RESULT' && pageRecord.outcome.last && part.part === part.parts,
    part: part.part,
    parts: part.parts,
    error: null,
    results,
    at: pageRecord.at,
    manifest: null,
  });
}

/**
 * The body of run.input_failed and run.finished. `only` is the input that it is about; null where there are several.
 */
export function recordCallbackBody(
  definition: RunDefinition,
  refUid: string,
  payload: RunCallbackPayload,
  only: { readonly input: StoredInput; readonly batchUid: string } | null,
): string {
  const failed = payload.type === 'run.input_failed';
  return envelope(payload.type, definition, {
    refUid,
    status: failed ? 'RUNNING' : payload.status,
    attempt: payload.attempt,
    inputIndex: failed ? payload.input : only === null ? null : 0,
    input: only?.input ?? null,
    batchUid: only?.batchUid ?? null,
    page: failed ? payload.page : null,
    last: false,
    part: 1,
    parts: 1,
    error: payload.error,
    results: null,
    at: payload.at,
    manifest: failed ? null : payload.manifest,
  });
}

interface Envelope {
  readonly refUid: string;
  readonly status: RunStatus;
  readonly attempt: number;
  readonly inputIndex: number | null;
  readonly input: StoredInput | null;
  readonly batchUid: string | null;
  readonly page: number | null;
  readonly last: boolean;
  readonly part: number;
  readonly parts: number;
  readonly error: ErrorRecord | null;
  readonly results: readonly unknown[] | null;
  readonly at: number;
  readonly manifest: Manifest | null;
}

function envelope(type: RunCallbackType, definition: RunDefinition, content: Envelope): string {
  const { uid } = definition;
  return JSON.stringify({
    type,
    callback_ref_uid: content.refUid,
    run: {
      run_uid: uid,
      batch_uid: content.batchUid,
      status: content.status,
      attempt: content.attempt,
      action_name: definition.actionName,
      scheduled_run_uid: definition.scheduledRunUid,
      ...tagsOf(definition),
    },
    input: content.input?.input ?? null,
    custom_data: content.input?.customData ?? null,
    input_uid: content.inputIndex === null ? null : deriveUid(uid, 'input', { input: content.inputIndex }),
    input_index: content.inputIndex,
    page: content.page,
    is_last_page: content.last,
    part: content.part,
    parts: content.parts,
    error: content.error,
    results: content.results,
    ...(type === 'run.finished' ? { manifest: content.manifest } : {}),
    occurred_at: isoOf(content.at),
  });
}

/** Absent where there are none, so that the callbacks of runs without tags have the bytes they always had. */
function tagsOf({ tags }: Pick<RunDefinition, 'tags'>): { readonly tags?: readonly string[] } {
  return tags.length === 0 ? {} : { tags };
}

// Everything in a body except results, input, custom_data and tags is smaller than this.
const ENVELOPE_BYTES = 1_024;

/** JSON bytes of what every part of a page's callback repeats: the input with its custom_data, and the run's tags. */
export function repeatedBytes(definition: Pick<RunDefinition, 'tags'>, input: StoredInput): number {
  const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));
  return bytesOf(input) + (definition.tags.length === 0 ? 0 : bytesOf(tagsOf(definition)));
}

/**
 * Splits a page's items into callbacks of at most 256 KB: the index of each part's first item. `itemBytes` are the JSON
 * sizes of the items, `repeated` is what {@link repeatedBytes} says.
 */
export function partStarts(itemBytes: readonly number[], repeated: number): readonly number[] {
  const room = LIMITS.callbackBytes - ENVELOPE_BYTES - repeated;
  const starts = [0];
  let filled = 0;
  for (const [index, bytes] of itemBytes.entries()) {
    if (filled > 0 && filled + bytes + 1 > room) {
      starts.push(index);
      filled = 0;
    }
    filled += bytes + 1;
  }
  return starts;
}
