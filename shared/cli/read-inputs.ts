import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readStdin } from './ask.ts';
import { usageError } from './command-failed.ts';
import { readCsv } from './csv.ts';
import { givenTwice, jsonOf } from './fields.ts';

export type InputFormat = 'ndjson' | 'csv';

/** Columns of a CSV with this prefix are put into the input's `custom_data`. */
const CUSTOM = 'custom_data.';

/**
 * The inputs of a file, `-` for standard input, as one JSON object a line. The format is that of the file's name unless
 * it is given. Throws CommandFailed for a file that has none.
 */
export async function readInputs(file: string, given: InputFormat | undefined, schema: object): Promise<string> {
  const format = given ?? (/\.csv$/i.test(file) ? 'csv' : 'ndjson');
  const text = file === '-' ? await readStdin() : await readNamed(file);
  const lines = format === 'csv' ? linesOfCsv(text, schema) : text;
  if (lines.trim() === '') throw usageError(`${file === '-' ? 'Standard input' : resolve(file)} has no inputs.`);
  return lines;
}

async function readNamed(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw usageError(
      `${resolve(file)} cannot be read: ${error instanceof Error ? error.message.split(',', 1)[0] : String(error)}`,
    );
  }
}

/** Each row as a JSON object by the line of names; an empty cell is an absent field. */
export function linesOfCsv(text: string, schema: object): string {
  const [names, ...rows] = readCsv(text);
  if (names === undefined) return '';
  const twice = givenTwice(names);
  if (twice !== undefined)
    throw usageError(`The first line of the CSV names ${twice === '' ? 'an empty column' : twice} twice.`);
  const lines = rows.map((cells, at) => {
    if (cells.length > names.length) {
      throw usageError(`Row ${at + 1} of the CSV has ${cells.length} values; its first line names ${names.length}.`);
    }
    const given = cells.flatMap((cell, column) => (cell === '' ? [] : [[names[column] ?? '', cell] as const]));
    const own = given
      .filter(([name]) => !name.startsWith(CUSTOM))
      .map(([name, cell]) => member(name, jsonOf(name, cell, schema)));
    const custom = given
      .filter(([name]) => name.startsWith(CUSTOM))
      .map(([name, cell]) => member(name.slice(CUSTOM.length), JSON.stringify(cell)));
    const all = custom.length === 0 ? own : [...own, member('custom_data', `{${custom.join(',')}}`)];
    return `{${all.join(',')}}\n`;
  });
  return lines.join('');
}

function member(name: string, json: string): string {
  return `${JSON.stringify(name)}:${json}`;
}
