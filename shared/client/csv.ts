/** A row of a CSV. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** The line of the file in which it begins, from 1. */
  readonly line: number;
}

/** A text that is no CSV, and the line where that shows, from 1. The message goes on after `line 3`. */
export class CsvFault extends Error {
  override readonly name = 'CsvFault';
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** How far a text is read. */
interface Position {
  index: number;
  line: number;
}

/**
 * The rows of a CSV text, by RFC 4180, without its empty lines. Values are parted by commas, or where the first line has
 * none by semicolons or tabs, as spreadsheets write them; lines end in CRLF, LF or CR. Throws CsvFault for quotes that do
 * not fit.
 */
export function* readCsv(text: string): Generator<CsvRow> {
  const separator = separatorOf(text);
  const at: Position = { index: 0, line: 1 };
  while (at.index < text.length) {
    const { line } = at;
    const cells = readRow(text, at, separator);
    if (cells.length > 1 || cells[0] !== '') yield { cells, line };
  }
}

const SEPARATORS = [',', ';', '\t'];

/** What parts the names of the first line. */
function separatorOf(text: string): string {
  const found = new Set<string>();
  let isQuoted = false;
  // One by one: a line of some million characters is more than a regular expression can go back over.
  for (const character of text.trimStart()) {
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '\n' || character === '\r') break;
    else found.add(character);
  }
  return SEPARATORS.find((one) => found.has(one)) ?? ',';
}

function readRow(text: string, at: Position, separator: string): readonly string[] {
  const row: string[] = [];
  for (;;) {
    row.push(text[at.index] === '"' ? readQuoted(text, at, separator) : readPlain(text, at, separator));
    const end = text[at.index];
    at.index += 1;
    if (end === separator) continue;
    if (end === '\r' && text[at.index] === '\n') at.index += 1;
    at.line += 1;
    return row;
  }
}

function readPlain(text: string, at: Position, separator: string): string {
  let end = at.index;
  while (end < text.length && !isEnd(text[end], separator)) end += 1;
  const value = text.slice(at.index, end);
  if (value.includes('"')) {
    throw new CsvFault(
      at.line,
      `has a quote within the value ${beginOf(value)}: quote the whole value and double the quote`,
    );
  }
  at.index = end;
  return value;
}

function readQuoted(text: string, at: Position, separator: string): string {
  const begin = at.index + 1;
  let end = text.indexOf('"', begin);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) throw new CsvFault(at.line, `begins a quote that never ends: ${beginOf(text.slice(at.index))}`);
  const value = text.slice(begin, end).replaceAll('""', '"');
  at.index = end + 1;
  if (at.index < text.length && !isEnd(text[at.index], separator)) {
    throw new CsvFault(
      at.line,
      `has text after the quoted value "${beginOf(value)}": double a quote that is part of a value`,
    );
  }
  at.line += value.split(/\r\n|\n|\r/).length - 1;
  return value;
}

function isEnd(character: string | undefined, separator: string): boolean {
  return character === separator || character === '\n' || character === '\r';
}

/** As much of a value as a message tells. */
function beginOf(value: string): string {
  return value.length <= 30 ? value : `${value.slice(0, 30)}…`;
}
