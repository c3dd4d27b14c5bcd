import * as describeTableChecks from 'dynalite/validations/describeTable.js';
import { type Call, findTable } from '../database.ts';
import { validationError } from '../errors.ts';
import { parseRequest } from '../parse-request.ts';
import type { Table } from '../table.ts';

const UPDATE_TYPES = {
  TableName: describeTableChecks.types['TableName'],
  TimeToLiveSpecification: {
    type: 'FieldStruct<TimeToLiveSpecification>',
    notNull: true,
    children: {
      AttributeName: { type: 'String', notNull: true, lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 255 },
      Enabled: { type: 'Boolean', notNull: true },
    },
  },
};

interface UpdateTtlRequest {
  readonly TableName: string;
  readonly TimeToLiveSpecification: { readonly AttributeName: string; readonly Enabled: boolean };
}

/** Switches TTL on or off. It deletes nothing by itself: the engine's `expireItems` does. */
export function updateTimeToLive(call: Call, body: unknown): object {
  const request = parseRequest(body, UPDATE_TYPES) as unknown as UpdateTtlRequest; // shaped by UPDATE_TYPES
  const table = findTable(call, request.TableName);
  const { AttributeName, Enabled } = request.TimeToLiveSpecification;
  if (Enabled === (table.ttlAttribute !== null))
    throw validationError(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
  if (!Enabled && AttributeName !== table.ttlAttribute)
    throw validationError(`TimeToLive is active on a different AttributeName: ${table.ttlAttribute ?? ''}`);
  setTimeToLive(call, table, Enabled ? AttributeName : null);
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
}

function setTimeToLive(call: Call, table: Table, attribute: string | null): void {
  table.ttlAttribute = attribute;
  call.db.record({ kind: 'ttl', table: table.definition.name, attribute });
}

export function describeTimeToLive(call: Call, body: unknown): object {
  const name = String(parseRequest(body, describeTableChecks.types)['TableName']);
  const { ttlAttribute } = findTable(call, name);
  return {
    TimeToLiveDescription:
      ttlAttribute === null
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute },
  };
}
