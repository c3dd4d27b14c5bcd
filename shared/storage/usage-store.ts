import { dayEnd } from '../domain/usage.ts';
import { settleAll } from '../engine/settle-all.ts';
import type { UsageBeyondDay, UsageDay, UsageStore } from '../engine/usage/usage-store.ts';
import { type Item, ItemReader } from './attributes.ts';
import { keys, MORE_PREFIX, USAGE_PREFIX, WORKSPACES_PARTITION } from './keys.ts';
import { controlFromItem, deletionFromItem } from './run-records.ts';
import type { Table } from './table.ts';
import { countsFromRecord, type CountsRecord, countsToRecord } from './usage-records.ts';

/** Two years and a quarter: last year's bill can be looked up for a year and more. */
const KEPT_DAYS = 820;
const CONTROLS_A_CALL = 100;

/** Records of usage, in the partition of their workspace. */
export function createUsageStore(table: Table): UsageStore {
  return {
    async readLatestDay(workspaceUid) {
      const { pk } = keys.profile(workspaceUid);
      const latest = { pk, prefix: USAGE_PREFIX, order: 'descending', limit: 1, consistency: 'strong' } as const;
      const { items } = await table.query(latest);
      return items[0] === undefined ? null : dayFromItem(items[0]);
    },

    async listDays(workspaceUid, from) {
      const { pk, sk } = keys.usageOfDay(workspaceUid, from);
      const days: UsageDay[] = [];
      const query = { pk, from: sk, to: after(USAGE_PREFIX), consistency: 'strong' } as const;
      for await (const item of table.queryAll(query)) days.push(dayFromItem(item));
      return days;
    },

    async putDay(workspaceUid, { day, actions, through }, before) {
      const record = {
        day,
        actions: Object.fromEntries(Array.from(actions, ([name, counts]) => [name, countsToRecord(counts)])),
        through_at: through.createdAt,
        through_uid: through.uid,
        expires_at: keptUntil(day),
      };
      const { done } = await table.put(
        keys.usageOfDay(workspaceUid, day),
        record,
        before === null
          ? { expression: 'attribute_not_exists(pk)' }
          : {
              expression: 'through_at = :at AND through_uid = :uid',
              values: { ':at': before.createdAt, ':uid': before.uid },
            },
      );
      return done;
    },

    async putBeyondDay({ workspaceUid, runUid, day, actionName, counts, epoch }) {
      await table.put(
        keys.usageBeyondDay(workspaceUid, day, runUid),
        {
          workspace_uid: workspaceUid,
          run_uid: runUid,
          day,
          action_name: actionName,
          counts: countsToRecord(counts),
          epoch,
          expires_at: keptUntil(day),
        },
        { expression: 'attribute_not_exists(pk) OR epoch < :epoch', values: { ':epoch': epoch } },
      );
    },

    async listBeyondDays(workspaceUid, from, to) {
      const { pk } = keys.profile(workspaceUid);
      const found: UsageBeyondDay[] = [];
      const range = { from: `${MORE_PREFIX}${from}`, to: after(`${MORE_PREFIX}${to}#`) };
      for await (const item of table.queryAll({ pk, ...range, consistency: 'strong' }))
        found.push(beyondFromItem(item));
      return found;
    },

    async readControls(runUids) {
      const calls: Promise<readonly Item[]>[] = [];
      for (let first = 0; first < runUids.length; first += CONTROLS_A_CALL) {
        const some = runUids.slice(first, first + CONTROLS_A_CALL);
        calls.push(table.batchGet(some.map(keys.control), { consistency: 'strong' }));
      }
      return (await settleAll(calls))
        .flat()
        .map((item) => ({ ...controlFromItem(item), isDeleted: deletionFromItem(item) !== null }));
    },

    async listWorkspaces() {
      const uids: string[] = [];
      for await (const item of table.queryAll({ pk: WORKSPACES_PARTITION })) uids.push(new ItemReader(item).text('sk'));
      return uids;
    },
  };
}

function keptUntil(day: string): number {
  return dayEnd(day) / 1_000 + KEPT_DAYS * 86_400;
}

/** A sort key after all that begin with this text, which ends in `#`. */
function after(text: string): string {
  return `${text.slice(0, -1)}$`;
}

export function dayFromItem(item: Item): UsageDay {
  const read = new ItemReader(item);
  const actions = read.stored<Readonly<Record<string, CountsRecord>>>('actions') ?? {};
  return {
    day: read.text('day'),
    actions: new Map(Object.entries(actions).map(([name, counts]) => [name, countsFromRecord(counts)])),
    through: { createdAt: read.number('through_at'), uid: read.text('through_uid') },
  };
}

export function beyondFromItem(item: Item): UsageBeyondDay {
  const read = new ItemReader(item);
  const counts = read.stored<CountsRecord>('counts');
  if (counts === null) throw new TypeError(`Usage of run ${read.text('run_uid')} has no counts.`);
  return {
    workspaceUid: read.text('workspace_uid'),
    runUid: read.text('run_uid'),
    day: read.text('day'),
    actionName: read.text('action_name'),
    counts: countsFromRecord(counts),
    epoch: read.number('epoch'),
  };
}
