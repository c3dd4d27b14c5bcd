import { harmless, harmlessJson } from './harmless.ts';
import { isNumber } from './kept-numbers.ts';

/** A column of a table: its title, and what it shows of an item. */
export type Column<Item> = readonly [title: string, value: (item: Item) => unknown];

const GAP = '  ';
/** No column takes more of a line than this. */
const WIDEST_CELL = 48;

/**
 * A table with a line of titles, numbers at the right of their column, every line as wide as the terminal at most. A column
 * without any value is left out.
 */
export function tableText<Item>(items: readonly Item[], all: readonly Column<Item>[], width: number): string {
  const columns = all.filter(([, value]) => items.some((item) => cellText(value(item)) !== ''));
  const cells = items.map((item) => columns.map(([, value]) => value(item)));
  const texts = cells.map((row) => row.map(cellText));
  const titles = columns.map(([title]) => title);
  const widths = titles.map((title, at) =>
    Math.min(WIDEST_CELL, Math.max(title.length, ...texts.map((row) => lengthOf(row[at] ?? '')))),
  );
  const isRight = titles.map((_, at) => cells.every((row) => isNumber(row[at])));
  const lineOf = (row: readonly string[]): string => {
    const line = row
      .map((text, at) => fit(text, widths[at] ?? 0, isRight[at] === true))
      .join(GAP)
      .trimEnd();
    return `${shorten(line, width)}\n`;
  };
  return [titles, ...texts].map(lineOf).join('');
}

/** A column for each property that any of the items has. */
export function columnsOf<Item>(items: readonly Item[]): readonly Column<Item>[] {
  const records = items.filter((item) => isRecord(item));
  if (records.length < items.length) return [['RESULT', (item) => item]];
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return Array.from(names, (name) => [harmless(name), (item) => (item as Readonly<Record<string, unknown>>)[name]]); // cast: as above
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value);
}

/** A value in one line. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? harmless(value) : harmlessJson(value);
}

function fit(text: string, width: number, isRight: boolean): string {
  const short = shorten(text, width);
  const space = ' '.repeat(Math.max(0, width - lengthOf(short)));
  return isRight ? space + short : short + space;
}

function shorten(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
