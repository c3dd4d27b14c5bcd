import { readFileSync } from 'node:fs';
import type { Database } from './database.ts';
import { defineTable } from './define-table.ts';
import { itemSize } from './item-size.ts';
import { tableKey } from './keys.ts';
import type { LoggedItem, LogRecord } from './log-record.ts';
import { applyChanges, changesOf } from './table.ts';

const NEWLINE = 0x0a;

export interface LogContent {
  readonly records: readonly LogRecord[];
  /** Length up to the end of the last whole line. */
  readonly validBytes: number;
  /** Whether an unfinished line follows, from a killed process. Its call was never answered, so it is dropped. */
  readonly torn: boolean;
}

/** Reads a log. Throws for a broken line that others follow. */
export function readLog(path: string): LogContent {
  const bytes = readFileSync(path);
  const records: LogRecord[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE, start); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const record = parseLine(bytes.toString('utf8', start, end));
    if (record === null && end < bytes.length - 1)
      throw new Error(`${path}: the line at byte ${start} is damaged, and it is not the last one`);
    if (record === null) break;
    records.push(record);
    start = end + 1;
  }
  return { records, validBytes: start, torn: start < bytes.length };
}

function parseLine(line: string): LogRecord | null {
  try {
    return JSON.parse(line) as LogRecord; // written by this engine alone
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Applies one record. */
export function replay(db: Database, record: LogRecord): void {
  switch (record.kind) {
    case 'table':
      defineTable(db, record.definition);
      return;
    case 'drop':
      db.tables.delete(record.table);
      return;
    case 'ttl': {
      const table = db.tables.get(record.table);
      if (table !== undefined) table.ttlAttribute = record.attribute;
      return;
    }
    case 'items':
      for (const item of record.items) replayItem(db, item);
      if (record.token !== null) db.tokens.set(record.token.token, record.token);
      return;
  }
}

function replayItem(db: Database, logged: LoggedItem): void {
  const table = db.tables.get(logged.table);
  if (table === undefined) throw new Error(`the log names table ${logged.table} before it creates it`);
  const item = 'put' in logged ? logged.put : logged.gone;
  const stored = 'put' in logged ? { item, size: itemSize(item) } : null;
  applyChanges(changesOf(table, tableKey(table.definition.schema, item), stored), 0);
}

/** Records that rebuild the database's present state. */
export function* snapshot(db: Database): Generator<LogRecord, void, void> {
  for (const [name, table] of db.tables) {
    yield { kind: 'table', definition: table.definition };
    if (table.ttlAttribute !== null) yield { kind: 'ttl', table: name, attribute: table.ttlAttribute };
    for (const { item } of table.base.live.scan(null, 0, 1))
      yield { kind: 'items', items: [{ table: name, put: item }], token: null };
  }
  for (const token of db.tokens.values()) yield { kind: 'items', items: [], token };
}
