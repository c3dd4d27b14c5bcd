import { CommandFailed } from './command-failed.ts';

/** The rows of a CSV text, by RFC 4180; lines may end in LF alone. Throws CommandFailed for quotes that do not fit. */
export function* readCsv(text: string): Generator<readonly string[]> {
  const at = { index: text.startsWith('\uFEFF') ? 1 : 0, line: 1 };
  while (at.index < text.length) {
    const row = readRow(text, at);
    if (row.length > 1 || row[0] !== '') yield row; // an empty line is no row
  }
}

function readRow(text: string, at: { index: number; line: number }): readonly string[] {
  const row: string[] = [];
  for (;;) {
    row.push(text[at.index] === '"' ? readQuoted(text, at) : readPlain(text, at));
    const end = text[at.index];
    at.index += 1;
    if (end === ',') continue;
    if (end === '\r') at.index += 1;
    at.line += 1;
    return row;
  }
}

function readPlain(text: string, at: { index: number; line: number }): string {
  const found = /,|\r\n|\n|$/g;
  found.lastIndex = at.index;
  const end = found.exec(text)?.index ?? text.length;
  const value = text.slice(at.index, end);
  if (value.includes('"'))
    throw csvFault(at.line, 'a quote within a value; quote the whole value and double the quote');
  at.index = end;
  return value;
}

function readQuoted(text: string, at: { index: number; line: number }): string {
  const begin = at.index + 1;
  let end = text.indexOf('"', begin);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1) throw csvFault(at.line, 'a quote without its end');
  at.index = end + 1;
  const next = text.slice(at.index, at.index + 2);
  if (next !== '' && !/^(,|\n|\r\n)/.test(next)) throw csvFault(at.line, 'text after a quoted value');
  const value = text.slice(begin, end);
  at.line += value.split('\n').length - 1;
  return value.replaceAll('""', '"');
}

function csvFault(line: number, what: string): CommandFailed {
  return new CommandFailed(2, `The CSV has ${what}, in line ${line}.`);
}
