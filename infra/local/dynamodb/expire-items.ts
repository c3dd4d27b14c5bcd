import { type Call, commit, findTable } from './database.ts';
import { ownMember } from './item.ts';
import { tableKey } from './keys.ts';
import { changesOf } from './table.ts';

/** TTL leaves items alone that expired more than five years ago (developer guide, "time to live"). */
const MAX_AGE_SECONDS = 5 * 365 * 24 * 60 * 60;

/** Deletes the items that have expired by now. Costs no units. Returns their number. */
export function expireItems(call: Call, tableName: string): number {
  const table = findTable(call, tableName);
  const attribute = table.ttlAttribute;
  if (attribute === null) return 0;
  const nowSeconds = call.now / 1000;
  const expired = [...table.base.live.scan(null, 0, 1)].filter(({ item }) => {
    const value = ownMember(item, attribute);
    if (value === undefined || !('N' in value)) return false;
    const expiresAt = Number(value.N);
    return expiresAt < nowSeconds && expiresAt > nowSeconds - MAX_AGE_SECONDS;
  });
  for (const { item } of expired) {
    const changes = changesOf(table, tableKey(table.definition.schema, item), null);
    commit(call, [{ table, changes, demands: [] }], null);
  }
  return expired.length;
}
