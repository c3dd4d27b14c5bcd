import { csvLine } from '../../../shared/contract/csv.ts';
import { outputEnvelope } from '../../../shared/contract/run-schemas.ts';
import type { ExportFormat } from './export-part.ts';

type JsonRecord = Readonly<Record<string, unknown>>;

const NDJSON = 'application/x-ndjson';

/** The format of an export of outputs, as items or as envelopes; `resultSchema` is null where the action is gone. */
export function outputFormat(
  mediaType: string,
  resultSchema: JsonRecord | null,
  withEnvelope: boolean,
): ExportFormat<unknown> {
  if (mediaType === NDJSON) return { contentType: NDJSON, head: '', line: (row) => `${JSON.stringify(row)}\n` };
  const columns = [...(withEnvelope ? envelopeColumns() : []), ...resultColumns(resultSchema, withEnvelope)];
  return {
    contentType: 'text/csv; charset=utf-8',
    head: csvLine(columns.map(({ name }) => name)),
    line: (row) => csvLine(columns.map(({ read }) => read(row))),
  };
}

interface Column {
  readonly name: string;
  readonly read: (row: unknown) => unknown;
}

/** Of an envelope: all but the result, which has columns of its own. */
function envelopeColumns(): readonly Column[] {
  const names = Object.keys(outputEnvelope.shape).filter((name) => name !== 'result');
  return names.map((name) => ({ name, read: (row) => memberOf(row, name) }));
}

/** The properties a result may have by its schema; results of no known properties are one column. */
function resultColumns(schema: JsonRecord | null, withEnvelope: boolean): readonly Column[] {
  const resultOf = (row: unknown): unknown => (withEnvelope ? memberOf(row, 'result') : row);
  const properties = schema?.['properties'];
  if (typeof properties !== 'object' || properties === null) return [{ name: 'result', read: resultOf }];
  const prefix = withEnvelope ? 'result.' : '';
  return Object.keys(properties).map((name) => ({
    name: `${prefix}${name}`,
    read: (row) => memberOf(resultOf(row), name),
  }));
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const member: unknown = Reflect.get(value, name);
  return member;
}
