import { RATE_TYPES, type RateLimit, type RateType } from '../domain/token-bucket.ts';
import type { OwnQuotas } from '../domain/quota.ts';
import { keys } from './keys.ts';
import { type OwnLimits, type OwnRunLimits, rateAttribute, readOwnLimits, type StoredRate } from './limit-reader.ts';
import type { Table } from './table.ts';

/** Limits to set; null removes one, and those that are absent do not change. */
export interface LimitChange extends Partial<OwnRunLimits> {
  readonly quotas?: Partial<OwnQuotas>;
  readonly rates?: { readonly [Type in RateType]?: RateLimit | null };
  readonly callbackHosts?: readonly string[] | null;
}

/** Workspaces' own limits. Only the owner's command line uses it: no function may write them. */
export interface LimitStore {
  /** Strongly read. */
  read(workspaceUid: string): Promise<OwnLimits>;
  set(workspaceUid: string, change: LimitChange): Promise<OwnLimits>;
  /** Moves limits that release 0.1.0 stored in the workspace's partition. Idempotent. */
  move(workspaceUid: string): Promise<void>;
}

export function createLimitStore(table: Table): LimitStore {
  const read = (workspaceUid: string): Promise<OwnLimits> => readOwnLimits(table, workspaceUid, 'strong');

  async function move(workspaceUid: string): Promise<void> {
    if ((await table.get(keys.limits(workspaceUid), 'strong')) !== null) return;
    await table.put(keys.limits(workspaceUid), toRecord(await read(workspaceUid)), ABSENT);
    await removeOld(table, workspaceUid);
  }

  return {
    read,
    move,
    async set(workspaceUid, change) {
      await move(workspaceUid);
      const changes = Object.entries(toRecord(change)).filter(([, value]) => value !== undefined);
      if (changes.length === 0) return read(workspaceUid);
      const sets = changes.filter(([, value]) => value !== null);
      const removes = changes.filter(([, value]) => value === null);
      await table.update(keys.limits(workspaceUid), {
        expression: [
          sets.length === 0 ? '' : `SET ${sets.map(([name]) => `${name} = :${name}`).join(', ')}`,
          removes.length === 0 ? '' : `REMOVE ${removes.map(([name]) => name).join(', ')}`,
        ].join(' '),
        condition: 'attribute_exists(pk)',
        values: Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
      });
      return read(workspaceUid);
    },
  };
}

const ABSENT = { expression: 'attribute_not_exists(pk)' };

/** Limits as attributes: null for one to remove, undefined for one that does not change. */
function toRecord({
  runsAtOnce,
  inputsInFlight,
  quotas = {},
  rates = {},
  callbackHosts,
}: LimitChange): Record<string, unknown> {
  return {
    runs_at_once: runsAtOnce,
    inputs_in_flight: inputsInFlight,
    runs_waiting: quotas.runsWaiting,
    schedules: quotas.schedules,
    uploads_open: quotas.uploadsOpen,
    pages_per_day: quotas.pagesPerDay,
    callback_hosts: callbackHosts,
    ...Object.fromEntries(RATE_TYPES.map((type) => [rateAttribute(type), toStored(rates[type])])),
  };
}

function toStored(rate: RateLimit | null | undefined): StoredRate | null | undefined {
  return rate === null || rate === undefined ? rate : { per_second: rate.perSecond, burst: rate.burst };
}

/** Removes the limits from where 0.1.0 stored them: they are not read once the new item exists. */
async function removeOld(table: Table, workspaceUid: string): Promise<void> {
  await table.update(keys.profile(workspaceUid), {
    expression: 'REMOVE runs_at_once, inputs_in_flight',
    condition: 'attribute_exists(runs_at_once) OR attribute_exists(inputs_in_flight)',
  });
  for (const type of RATE_TYPES) {
    await table.update(keys.rate(workspaceUid, type), {
      expression: 'REMOVE per_second, burst',
      condition: 'attribute_exists(per_second)',
    });
  }
}
