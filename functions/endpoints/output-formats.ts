import { csvLine } from '../../shared/api/csv.ts';
import { outputEnvelope } from '../../shared/api/runs/schemas.ts';
import { isJsonObject } from '../../shared/domain/lossless-json.ts';
import type { ExportFormat } from './export-part.ts';

type JsonRecord = Readonly<Record<string, unknown>>;

const NDJSON = 'application/x-ndjson';

/**
 * The format of an export of outputs, as items or as envelopes. `resultSchema`: null if the action no longer exists.
 */
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

/** Columns of an envelope, without its result, which has columns of its own. */
function envelopeColumns(): readonly Column[] {
  const names = Object.keys(outputEnvelope.shape).filter((name) => name !== 'result');
  return names.map((name) => ({ name, read: (row) => memberOf(row, name) }));
}

/**
 * One column for each property that the result schema declares. If the schema allows others, a last column has them as
 * a JSON object. If it declares none, the whole result is one column.
 */
function resultColumns(schema: JsonRecord | null, withEnvelope: boolean): readonly Column[] {
  const resultOf = (row: unknown): unknown => (withEnvelope ? memberOf(row, 'result') : row);
  const names = Object.keys(Object(schema?.['properties']));
  if (names.length === 0) return [{ name: 'result', read: resultOf }];
  const prefix = withEnvelope ? 'result.' : '';
  const declared = names.map((name) => ({
    name: `${prefix}${name}`,
    read: (row: unknown) => memberOf(resultOf(row), name),
  }));
  if (schema?.['additionalProperties'] === false) return declared;
  return [...declared, { name: `${prefix}additional_properties`, read: (row) => othersOf(resultOf(row), names) }];
}

/** The members with other names; undefined if there are none. */
function othersOf(value: unknown, names: readonly string[]): JsonRecord | undefined {
  const others = isJsonObject(value) ? Object.entries(value).filter(([name]) => !names.includes(name)) : [];
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const member: unknown = Reflect.get(value, name);
  return member;
}
