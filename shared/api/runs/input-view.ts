import type * as z from 'zod';
import type { ErrorRecord } from '../../domain/errors.ts';
import { deriveUid } from '../../domain/ids.ts';
import type { InputStatus } from '../../domain/input-status.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { LogEntry, LogLine } from '../../domain/log-line.ts';
import type { PageRecord } from '../../domain/page.ts';
import type { RunControl, RunInfo } from '../../domain/run.ts';
import type { outputEnvelope, runInput, runLogLine } from './schemas.ts';
import { errorView, instantOf, instantOrNull } from './view.ts';

/** An input of a run as the API shows it; it is as old as its run. */
export function inputView(
  control: RunControl,
  row: {
    readonly index: number;
    readonly stored: StoredInput;
    readonly status: InputStatus;
    readonly lastError: ErrorRecord | null;
    readonly lastInfo: RunInfo | null;
    readonly outputs: number;
    readonly tries: number;
    readonly postponedUntil: number | null;
    readonly startedAt: number | null;
    readonly finishedAt: number | null;
    readonly updatedAt: number;
  },
): z.output<typeof runInput> {
  return {
    uid: deriveUid(control.uid, 'input', { input: row.index }),
    index: row.index,
    status: row.status,
    input_data: { ...row.stored.input },
    custom_data: row.stored.customData === null ? null : { ...row.stored.customData },
    last_error: row.lastError === null ? null : errorView(row.lastError),
    last_info: row.lastInfo,
    output_count: row.outputs,
    retry_count: row.tries,
    postponed_until: instantOrNull(row.postponedUntil),
    created_at: instantOf(control.createdAt),
    started_at: instantOrNull(row.startedAt),
    finished_at: instantOrNull(row.finishedAt),
    updated_at: instantOf(row.updatedAt),
  };
}

/** An item of a run with where it came from. */
export function envelopeView(
  { runUid, input, page, at }: PageRecord,
  stored: StoredInput | null,
  result: unknown,
): z.output<typeof outputEnvelope> {
  return {
    input_uid: deriveUid(runUid, 'input', { input }),
    input_index: input,
    page,
    custom_data: stored === null || stored.customData === null ? null : { ...stored.customData },
    extracted_at: instantOf(at),
    result,
  };
}

/** A line of an input's log. */
export function logLineView({
  entry,
  line,
}: {
  readonly entry: Pick<LogEntry, 'input' | 'page' | 'attempt'>;
  readonly line: LogLine;
}): z.output<typeof runLogLine> {
  const { at, level, message, data, error } = line;
  return {
    at: instantOf(at),
    input_index: entry.input,
    page: entry.page,
    attempt: entry.attempt,
    level,
    message,
    data: data === null ? null : { ...data },
    error: error === null ? null : { error_label: error.label, error_ref: error.ref },
  };
}
