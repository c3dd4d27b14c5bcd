import { CALL_STEPS_MS } from '../../shared/domain/timing.ts';
import type * as z from 'zod';
import { EngineError } from '../../shared/domain/errors.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import type { Step } from '../../shared/engine/read/steps.ts';
import type { TextReply } from '../http/endpoint.ts';
import { type ListCall, openList, type PagingPorts } from './list-page.ts';

/** How rows are written as text. */
export interface ExportFormat<Row> {
  readonly contentType: string;
  /** Text before the first row of the first part. */
  readonly head: string;
  /** A row with its line break. */
  readonly line: (row: Row) => string;
}

/**
 * One part of an export. It ends between two records: before it would be over 4 MB, or after 20 s. Throws BAD_INPUT for
 * a `limit`, because parts are as large as possible.
 */
export async function exportPart<Row, Place>(
  ports: PagingPorts,
  call: ListCall,
  list: {
    readonly place: z.ZodType<Place>;
    readonly steps: (after: Place | null) => AsyncIterable<Step<Row, Place>>;
    readonly format: ExportFormat<Row>;
  },
): Promise<TextReply> {
  refuseLimit(call);
  const until = ports.clock.now() + CALL_STEPS_MS;
  const { after: begin, headersOf } = await openList(ports, call, list.place);
  const { contentType, head, line } = list.format;
  const lines = begin === null ? [head] : [];
  let bytes = Buffer.byteLength(head);
  let next: Place | null = begin;
  let records = 0;
  const end = (place: Place | null, incomplete = false): TextReply => ({
    contentType,
    text: lines.join(''),
    headers: headersOf(place, incomplete),
  });
  for await (const { row, after, incomplete } of list.steps(begin)) {
    if (row === null) return end(after, incomplete === true);
    if (records > 0 && ports.clock.now() >= until) return end(next);
    const text = line(row);
    bytes += Buffer.byteLength(text);
    if (records > 0 && bytes > LIMITS.answerBytes) return end(next);
    lines.push(text);
    records += 1;
    next = after;
  }
  return end(null);
}

function refuseLimit({ request }: ListCall): void {
  if (!request.query.has('limit')) return;
  const message = 'is not allowed for an export; follow X-Pagination-Next to get its parts';
  throw new EngineError('BAD_INPUT', `query: limit: ${message}`, { validationErrors: [{ path: 'limit', message }] });
}
