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
  if (trimmed.startsWith('[')) return objectsOf(() => [parseExact(trimmed)].flat(), 'The JSON list');
  if (trimmed.startsWith('{')) {
    const whole = objectsOf(() => [parseExact(trimmed)], 'The JSON');
    return whole.kind === 'objects' ? whole : parseLines(trimmed);
  }
  return parseTable(trimmed);
}

function parseLines(text: string): ParsedInputs {
  const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
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

function parseTable(text: string): ParsedInputs {
  const { rows: lines, openLine } = parseCsv(text);
  if (openLine !== null)
    return { kind: 'fault', message: `Line ${openLine} opens a quotation mark that nothing closes.` };
  const [head = [], ...rows] = lines;
  const columns = head.map((name) => name.trim());
  const twice = columns.find((name, index) => name !== '' && columns.indexOf(name) !== index);
  if (twice !== undefined) return { kind: 'fault', message: `Two columns are named ${twice}.` };
  const wrong = rows.findIndex((row) => row.length > columns.length);
  if (wrong !== -1) {
    const message = `Line ${wrong + 2} has ${rows[wrong]?.length} cells, but the first line has ${columns.length} names.`;
    return { kind: 'fault', message };
  }
  return { kind: 'table', columns, rows };
}

/**
 * CSV as RFC 4180 has it; a first line with semicolons or tabs and no comma is parted by those. `openLine`: the line of a
 * quotation mark that nothing closes.
 */
function parseCsv(text: string): { readonly rows: readonly (readonly string[])[]; readonly openLine: number | null } {
  const [head = ''] = text.split('\n', 1);
  const separator = [',', '\t', ';'].find((one) => head.includes(one)) ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  let quotedAt = 0;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || cell !== '') rows.push(row);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === '') {
      isQuoted = true;
      quotedAt = at;
    } else if (character === separator) {
      row.push(cell);
      cell = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') cell += character;
  }
  endRow();
  return { rows, openLine: isQuoted ? text.slice(0, quotedAt).split('\n').length : null };
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
