import { CsvFault, readCsv } from '../../../shared/client/csv.ts';
import { isRecord, parseExact } from '../data/exact-json.ts';
import { type Field, valueOf } from './schema-fields.ts';

/** Inputs as they were read from a text. */
export type ParsedInputs =
  | { readonly kind: 'objects'; readonly objects: readonly Readonly<Record<string, unknown>>[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'fault'; readonly message: string };

/** Reads JSON (a list or one object), NDJSON, or CSV with a line of names. */
export function parseInputs(text: string): ParsedInputs {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'objects', objects: [] };
  const linesBefore = text.slice(0, text.indexOf(trimmed)).split('\n').length - 1;
  if (trimmed.startsWith('[')) return objectsOf(() => [parseExact(trimmed)].flat(), 'The JSON list');
  if (trimmed.startsWith('{')) {
    const whole = objectsOf(() => [parseExact(trimmed)], 'The JSON');
    return whole.kind === 'objects' ? whole : parseLines(trimmed, linesBefore);
  }
  return parseTable(trimmed, linesBefore);
}

function parseLines(text: string, linesBefore: number): ParsedInputs {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 + linesBefore }));
  const objects: Readonly<Record<string, unknown>>[] = [];
  for (const { line, number } of lines) {
    if (line === '') continue;
    const read = objectsOf(() => [parseExact(line)], `Line ${number}`);
    if (read.kind !== 'objects') return read;
    objects.push(...read.objects);
  }
  return { kind: 'objects', objects };
}

function objectsOf(read: () => readonly unknown[], where: string): ParsedInputs {
  try {
    const values = read();
    const objects = values.filter(isRecord);
    if (objects.length === values.length) return { kind: 'objects', objects };
    return { kind: 'fault', message: `${where}: every input must be an object, such as {"country":"NL"}.` };
  } catch (error) {
    return {
      kind: 'fault',
      message: `${where} is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
    };
  }
}

function parseTable(text: string, linesBefore: number): ParsedInputs {
  try {
    const [head, ...rows] = readCsv(text);
    const columns = head?.cells.map((name) => name.trim()) ?? [];
    const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
    if (twice !== undefined) return { kind: 'fault', message: `Two columns are named ${twice}.` };
    const wrong = rows.find(({ cells }) => cells.length > columns.length);
    if (wrong !== undefined) {
      const message = `Line ${wrong.line + linesBefore} has ${wrong.cells.length} cells, but the first line has ${columns.length} names.`;
      return { kind: 'fault', message };
    }
    return { kind: 'table', columns, rows: rows.map(({ cells }) => cells) };
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    return { kind: 'fault', message: `Line ${error.line + linesBefore} ${error.message}.` };
  }
}

/** Where a column goes: a field of the input, `custom_data`, or nowhere. */
export type Target =
  | { readonly to: 'field'; readonly name: string }
  | { readonly to: 'custom_data' }
  | { readonly to: 'nothing' };

/** Columns named as a field go to it, all others into custom_data, which comes back with the results. */
export function targetsFor(columns: readonly string[], fields: readonly Field[] | null): readonly Target[] {
  return columns.map((column) => {
    if (fields === null) return { to: 'field', name: column };
    const field = fields.find(({ name }) => name.toLowerCase() === column.toLowerCase());
    return field === undefined ? { to: 'custom_data' } : { to: 'field', name: field.name };
  });
}

/** The inputs that a table's rows stand for. */
export function inputsOfTable(
  { columns, rows }: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] },
  targets: readonly Target[],
  fields: readonly Field[] | null,
): readonly Readonly<Record<string, unknown>>[] {
  return rows.map((row) => {
    const input: Record<string, unknown> = {};
    const custom: Record<string, unknown> = {};
    for (const [index, column] of columns.entries()) {
      const target = targets[index];
      const text = row[index] ?? '';
      if (text === '' || target === undefined || target.to === 'nothing') continue;
      if (target.to === 'custom_data') custom[column] = text;
      else {
        const kind = fields === null ? 'json' : (fields.find(({ name }) => name === target.name)?.kind ?? 'text');
        input[target.name] = valueOf(kind, text);
      }
    }
    return Object.keys(custom).length === 0 ? input : { ...input, custom_data: custom };
  });
}
