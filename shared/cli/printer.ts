import type { List } from '../client/trireme.ts';
import { harmless, harmlessJson, harmlessLines } from './harmless.ts';
import { recordText } from './record-text.ts';
import { type Column, columnsOf, tableText } from './table.ts';

/** How many rows a list shows by default. */
const DEFAULT_LIMIT = 20;

/** What a command prints: tables for a person, lines of JSON for a program. */
export interface Printer {
  /** Whether a person reads it. */
  readonly isHuman: boolean;
  /** The first rows of a list, and on standard error whether there are more. */
  list<Item>(items: List<Item>, columns: readonly Column<Item>[] | 'properties', options?: ListOptions): Promise<void>;
  rows<Item>(items: readonly Item[], columns: readonly Column<Item>[]): void;
  /** One record: a line for each field that has a value, or one line of JSON. */
  record(record: object): void;
  /** Text as it is, but for what a terminal would obey where it goes to one. */
  readonly text: (text: string) => Promise<void>;
  /** A line for a person, on standard error. */
  note(line: string): void;
}

export interface ListOptions {
  readonly limit?: string | undefined;
  readonly all?: boolean | undefined;
}

interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createPrinter({ stdout, stderr }: Streams, isJson: boolean): Printer {
  const isHuman = stdout.isTTY && !isJson;
  const note = (line: string): void => void stderr.write(`${harmless(line)}\n`);

  function rows<Item>(items: readonly Item[], columns: readonly Column<Item>[] | 'properties'): void {
    if (!isHuman) for (const item of items) stdout.write(`${harmlessJson(item)}\n`);
    else if (items.length > 0) {
      stdout.write(tableText(items, columns === 'properties' ? columnsOf(items) : columns, stdout.columns || 80));
    }
  }

  return {
    isHuman,
    rows(items, columns) {
      rows(items, columns);
      if (isHuman && items.length === 0) note('There are none.');
    },
    async list(items, columns, { limit, all = false } = {}) {
      const most = all ? Number.POSITIVE_INFINITY : Number(limit ?? DEFAULT_LIMIT);
      const { first, hasMore } = await firstOf(items, most, isHuman ? () => undefined : (some) => rows(some, columns));
      if (isHuman) rows(first, columns);
      if (hasMore) note(`The first ${most}; --limit N or --all shows more.`);
      else if (isHuman && first.length === 0) note('There are none.');
    },
    record(record) {
      if (!isHuman) stdout.write(`${harmlessJson(record)}\n`);
      else stdout.write(recordText(record));
    },
    text: (text) => writeAll(stdout, stdout.isTTY ? harmlessLines(text) : text),
    note,
  };
}

/** The first items of a list; each page is given on as soon as it is there. */
async function firstOf<Item>(
  list: List<Item>,
  limit: number,
  onItems: (items: readonly Item[]) => void,
): Promise<{ readonly first: readonly Item[]; readonly hasMore: boolean }> {
  const first: Item[] = [];
  for await (const { items, cursor } of list.pages()) {
    const taken = items.slice(0, limit - first.length);
    onItems(taken);
    first.push(...taken);
    if (first.length < limit) continue;
    return { first, hasMore: taken.length < items.length || cursor !== null };
  }
  return { first, hasMore: false };
}

/** Writes, and waits where the stream is full. */
async function writeAll(stream: NodeJS.WritableStream, text: string): Promise<void> {
  if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
}
