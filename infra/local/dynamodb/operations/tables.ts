import * as createTableChecks from 'dynalite/validations/createTable.js';
import * as deleteTableChecks from 'dynalite/validations/deleteTable.js';
import * as describeTableChecks from 'dynalite/validations/describeTable.js';
import * as listTablesChecks from 'dynalite/validations/listTables.js';
import { type Call, findTable } from '../database.ts';
import { describe } from '../describe-table.ts';
import { defineTable } from '../define-table.ts';
import { parseRequest } from '../parse-request.ts';
import { tableDefinition, tableInUse } from '../table-definition.ts';

interface ListRequest {
  readonly ExclusiveStartTableName?: string;
  readonly Limit?: number;
}

/** New tables are ACTIVE at once. */
export function createTable(call: Call, body: unknown): object {
  const input = parseRequest(body, createTableChecks.types, createTableChecks.custom);
  const definition = tableDefinition(input, call.now);
  if (call.db.tables.has(definition.name)) throw tableInUse(definition.name);
  return { TableDescription: describe(defineTable(call.db, definition)) };
}

export function describeTable(call: Call, body: unknown): object {
  return { Table: describe(findTable(call, tableName(body, describeTableChecks.types))) };
}

export function deleteTable(call: Call, body: unknown): object {
  const table = findTable(call, tableName(body, deleteTableChecks.types));
  call.db.tables.delete(table.definition.name);
  call.db.record({ kind: 'drop', table: table.definition.name });
  return { TableDescription: describe(table) };
}

export function listTables(call: Call, body: unknown): object {
  const request: ListRequest = parseRequest(body, listTablesChecks.types); // shaped by listTablesChecks.types
  const { ExclusiveStartTableName: after = '', Limit: limit = 100 } = request;
  const names = [...call.db.tables.keys()].sort().filter((name) => name > after);
  const page = names.slice(0, limit);
  const last = page.at(-1);
  return { TableNames: page, ...(names.length > limit && last !== undefined ? { LastEvaluatedTableName: last } : {}) };
}

function tableName(body: unknown, types: Record<string, unknown>): string {
  return String(parseRequest(body, types)['TableName']);
}
