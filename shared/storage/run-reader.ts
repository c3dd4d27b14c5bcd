import { shardOf } from '../domain/input.ts';
import type { ExecutionMode } from '../domain/run.ts';
import type { ListedRun, PagePlace, Run, RunPlace, RunRange, RunReader } from '../engine/read/read-ports.ts';
import { type Item, ItemReader } from './attributes.ts';
import { deliveriesOf, recordFromItem } from './callback-store.ts';
import {
  blockPartition,
  DELIVERY_PREFIX,
  type Key,
  keys,
  listedAt,
  LOG_PREFIX,
  logPrefix,
  PAGE_PREFIX,
  RECORD_PREFIX,
  runsOf,
  shardPartition,
} from './keys.ts';
import { logEntryFromItem } from './log-store.ts';
import { type LargeObjects, pageFromItem, PAGE_RECORD_ATTRIBUTES, pageRecordFromItem } from './progress-store.ts';
import { definitionFromItem, presentControl } from './run-records.ts';
import type { Table } from './table.ts';

export function createRunReader(table: Table, objects: Pick<LargeObjects, 'get'>): RunReader {
  async function listItems(
    runUid: string,
    from: PagePlace,
    limit: number,
    project: readonly string[] | undefined,
  ): Promise<{ readonly items: readonly Item[]; readonly more: boolean }> {
    const { items, lastKey } = await table.query({
      pk: shardPartition(runUid, shardOf(from.input)),
      from: keys.pageRecord(runUid, from.input, from.page).sk,
      to: afterPrefix(PAGE_PREFIX),
      limit,
      consistency: 'strong',
      ...(project === undefined ? {} : { project }),
    });
    return { items, more: lastKey !== undefined };
  }

  return {
    async listRuns(workspaceUid, range) {
      const span = spanOf(range);
      if (span === null) return { rows: [], more: false };
      const { items, lastKey } = await table.query({
        pk: runsOf(workspaceUid),
        index: 'list',
        ...span,
        limit: range.limit,
        order: range.order,
        startAfter: range.after === null ? undefined : indexKey(workspaceUid, range.after),
      });
      return { rows: items.map(listedFromItem), more: lastKey !== undefined };
    },

    async readRuns(uids) {
      const wanted = uids.flatMap((uid) => [keys.control(uid), keys.definition(uid)]);
      const items = await table.batchGet(wanted, { consistency: 'eventual' });
      const byKey = new Map(items.map((item) => [keyText(keyOf(item)), item]));
      const runs = new Map<string, Run>();
      for (const uid of uids) {
        const control = byKey.get(keyText(keys.control(uid)));
        if (control === undefined) continue;
        // A live run is one item: its control record holds the definition.
        const definition = byKey.get(keyText(keys.definition(uid))) ?? control;
        if (definition['parameters'] === undefined) continue; // so new that its definition lags behind
        const present = presentControl(control);
        if (present !== null) runs.set(uid, { control: present, definition: definitionFromItem(definition) });
      }
      return runs;
    },

    async readPageRecords(runUid, places) {
      const wanted = places.map(({ input, page }) => keys.pageRecord(runUid, input, page));
      const items = await table.batchGet(wanted, { consistency: 'strong', project: PAGE_RECORD_ATTRIBUTES });
      return items.map((item) => pageRecordFromItem(runUid, item));
    },

    async listPageRecords(runUid, from, limit) {
      const { items, more } = await listItems(runUid, from, limit, PAGE_RECORD_ATTRIBUTES);
      return { pageRecords: items.map((item) => pageRecordFromItem(runUid, item)), more };
    },

    async listPages(runUid, from, limit) {
      const { items, more } = await listItems(runUid, from, limit, undefined);
      const pages = items.map((item) => ({
        pageRecord: pageRecordFromItem(runUid, item),
        readResults: async () => (await pageFromItem(objects, runUid, item)).results,
      }));
      return { pages, more };
    },

    async listLogEntries(runUid, { input, entry }, { oneInput, limit }) {
      const prefix = logPrefix(input);
      const { items, lastKey } = await table.query({
        pk: shardPartition(runUid, shardOf(input)),
        from: `${prefix}${entry ?? ''}`,
        to: afterPrefix(oneInput ? prefix : LOG_PREFIX),
        limit,
        consistency: 'strong',
      });
      const entries = items.map((item) => {
        const found = logEntryFromItem(runUid, item);
        return { ...found, entry: keyOf(item).sk.slice(logPrefix(found.input).length) };
      });
      return { entries, more: lastKey !== undefined };
    },

    async readDeliveryFacts(runUid, block) {
      const records = [];
      const deliveries = [];
      // Records and the log lie side by side: one query reads both.
      const query = {
        pk: blockPartition(runUid, block),
        from: RECORD_PREFIX,
        to: afterPrefix(DELIVERY_PREFIX),
        consistency: 'strong',
      } as const;
      for await (const item of table.queryAll(query)) {
        if (new ItemReader(item).text('sk').startsWith(RECORD_PREFIX)) records.push(recordFromItem(item));
        else deliveries.push(...deliveriesOf(runUid, item));
      }
      return { records, deliveries };
    },
  };
}

/** The latest time that a sort key of 13 digits can express (in the year 2286). */
const LAST_INSTANT = 9_999_999_999_999;

/** The sort keys of runs created in a range of time; null where the range is empty. */
function spanOf({ createdFrom, createdBefore }: RunRange): { readonly from: string; readonly to: string } | null {
  const from = Math.max(0, createdFrom);
  const before = Math.min(LAST_INSTANT, createdBefore);
  // `createdBefore` is exclusive: the key of a run created at that moment is longer than `to`, hence sorts after it.
  return from >= before ? null : { from: listedAt(from, ''), to: listedAt(before, '') };
}

function indexKey(workspaceUid: string, { createdAt, uid }: RunPlace): Item {
  const { pk, sk } = keys.control(uid);
  return {
    pk: { S: pk },
    sk: { S: sk },
    lpk: { S: runsOf(workspaceUid) },
    lsk: { S: listedAt(createdAt, uid) },
  };
}

function listedFromItem(item: Item): ListedRun {
  const read = new ItemReader(item);
  return {
    uid: read.text('uid'),
    createdAt: Number(read.text('lsk').split('#')[0]),
    actionName: read.text('action_name'),
    mode: read.text('execution_mode') as ExecutionMode, // cast: written from the same type
    name: read.textOrNull('name'),
    scheduledRunUid: read.textOrNull('scheduled_run_uid'),
  };
}

function keyOf(item: Item): Key {
  const read = new ItemReader(item);
  return { pk: read.text('pk'), sk: read.text('sk') };
}

function keyText({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}

/** A sort key that sorts after all keys with this prefix. The prefix ends in `#`, and `$` is the next character. */
function afterPrefix(prefix: string): string {
  return `${prefix.slice(0, -1)}$`;
}
