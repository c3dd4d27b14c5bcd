import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CsvFault, type CsvRow, readCsv } from '../client/csv.ts';
import { readUtf8 } from '../client/utf8.ts';
import { readStdin } from './ask.ts';
import { CommandFailed, usageError } from './command-failed.ts';
import { givenTwice, jsonOf } from './fields.ts';

export type InputFormat = 'ndjson' | 'csv';

/** Inputs of a launch. */
export interface Inputs {
  /** One JSON object a line; a line that is empty stands for none, so that lines have the numbers of the file. */
  readonly lines: string;
  /** Where in the file a path of the API such as `inputs[3].country` is, and what stands there; else the path itself. */
  readonly placeOf: (path: string) => string;
}

/** Columns of a CSV with this prefix are put into the input's `custom_data`. */
const CUSTOM = 'custom_data.';

/**
 * The inputs of a file, `-` for standard input. The format is that of the file's name unless it is given. Throws
 * CommandFailed for a file that has none.
 */
export async function readInputs(file: string, given: InputFormat | undefined, schema: object): Promise<Inputs> {
  const format = given ?? (/\.csv$/i.test(file) ? 'csv' : 'ndjson');
  const name = file === '-' ? 'Standard input' : file;
  const text = decode(file === '-' ? await readStdin() : await readNamed(file), name);
  const inputs = format === 'csv' ? inputsOfCsv(text, name, schema) : inputsOfLines(text, name);
  if (inputs.lines.trim() === '') throw usageError(`${name} has no inputs.`);
  return inputs;
}

async function readNamed(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw usageError(
      `${resolve(file)} cannot be read: ${error instanceof Error ? error.message.split(',', 1)[0] : String(error)}`,
    );
  }
}

/** Throws CommandFailed for what is not UTF-8. */
function decode(bytes: Uint8Array, name: string): string {
  const read = readUtf8(bytes);
  if ('text' in read) return read.text;
  throw usageError(`${name} is not UTF-8, from line ${read.faultLine} on: save it as UTF-8.`);
}

function inputsOfLines(text: string, name: string): Inputs {
  const numbers = text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [at + 1]));
  return {
    lines: text,
    placeOf(path) {
      const { index, rest } = partsOf(path);
      const line = numbers[index];
      return line === undefined ? path : `${name}, line ${line}${rest === '' ? '' : `, ${rest}`}`;
    },
  };
}

/** Each row as a JSON object by the line of names; an empty cell is an absent field. Throws CommandFailed. */
export function inputsOfCsv(text: string, name: string, schema: object): Inputs {
  const [head, ...rows] = rowsOf(text, name);
  if (head === undefined) return { lines: '', placeOf: (path) => path };
  const columns = head.cells;
  const twice = givenTwice(columns.filter((column) => column !== ''));
  if (twice !== undefined) throw usageError(`${name}, line ${head.line}, names the column ${twice} twice`);
  let lines = '';
  let written = 1;
  for (const { cells, line } of rows) {
    lines += `${'\n'.repeat(line - written)}${objectOfRow(columns, cells, `${name}, line ${line}`, schema)}\n`;
    written = line + 1;
  }
  return {
    lines,
    placeOf(path) {
      const { index, rest } = partsOf(path);
      const row = rows[index];
      if (row === undefined) return path;
      const at = columns.findIndex((column) => pathsOf(column).some((own) => isWithin(rest, own)));
      const [column, value] = [columns[at], row.cells[at] ?? ''];
      if (column === undefined) return `${name}, line ${row.line}${rest === '' ? '' : `, ${rest}`}`;
      return `${name}, line ${row.line}, column ${column}${value === '' ? '' : `, value ${shortened(value)}`}`;
    },
  };
}

function rowsOf(text: string, name: string): readonly CsvRow[] {
  try {
    return [...readCsv(text)];
  } catch (error) {
    throw error instanceof CsvFault ? usageError(`${name}, line ${error.line}, ${error.message}`) : error;
  }
}

function objectOfRow(columns: readonly string[], cells: readonly string[], place: string, schema: object): string {
  const given = cells.flatMap((cell, at) => (cell === '' ? [] : [{ column: columns[at] ?? '', cell }]));
  const unnamed = given.find(({ column }) => column === '');
  if (unnamed !== undefined) {
    throw usageError(
      `${place}, has the value ${shortened(unnamed.cell)} in a column that the first line does not name`,
    );
  }
  const own = given
    .filter(({ column }) => !column.startsWith(CUSTOM))
    .map(({ column, cell }) => member(column, jsonOfCell(column, cell, place, schema)));
  const custom = given
    .filter(({ column }) => column.startsWith(CUSTOM))
    .map(({ column, cell }) => member(column.slice(CUSTOM.length), JSON.stringify(cell)));
  return `{${[...own, ...(custom.length === 0 ? [] : [member('custom_data', `{${custom.join(',')}}`)])].join(',')}}`;
}

function jsonOfCell(column: string, cell: string, place: string, schema: object): string {
  try {
    return jsonOf(column, cell, schema);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw usageError(`${place}, column ${error.message}, not ${shortened(cell)}`);
  }
}

function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}

/** `inputs[3].country` is input 3, and within it `country`. */
function partsOf(path: string): { readonly index: number; readonly rest: string } {
  const [, index = '-1', rest = ''] = /^inputs\[(\d+)\]\.?(.*)$/s.exec(path) ?? [];
  return { index: Number(index), rest };
}

/** How the API may write the path of a column. */
function pathsOf(column: string): readonly string[] {
  const custom = column.startsWith(CUSTOM) ? [`custom_data[${JSON.stringify(column.slice(CUSTOM.length))}]`] : [];
  return [column, `[${JSON.stringify(column)}]`, ...custom];
}

function isWithin(path: string, whole: string): boolean {
  return whole !== '' && path.startsWith(whole) && /^($|[.[])/.test(path.slice(whole.length));
}

function shortened(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 59)}…`;
}
