import type { RunControl } from '../domain/run.ts';
import { NO_USAGE } from '../domain/usage-counts.ts';
import type { RunStore } from '../engine/stores/run-store.ts';
import { keys } from './keys.ts';
import { controlFromItem, reasonToRecord } from './run-records.ts';
import type { Table } from './table.ts';
import { countsToRecord } from './usage-records.ts';

/** Writes of single fields of a control record, which leave the run in its status. */
export function createControlNotes(
  table: Table,
  fetchControl: (runUid: string) => Promise<RunControl | null>,
): Pick<
  RunStore,
  'amendBlocked' | 'handOver' | 'noteTotals' | 'countLater' | 'noteDelivered' | 'noteInputs' | 'countInputs'
> {
  return {
    async amendBlocked({ uid, epoch, updatedAt }, { now, reason, dependenciesWaived, bulkUid }) {
      const sets = {
        updated_at: Math.max(now, updatedAt + 1),
        ...(reason === undefined ? {} : { reason: reasonToRecord(reason) }),
        ...(dependenciesWaived === undefined ? {} : { dependencies_waived: dependenciesWaived }),
        ...(bulkUid === undefined ? {} : { bulk_uid: bulkUid }),
      };
      const names = Object.keys(sets);
      const { done } = await table.update(keys.control(uid), {
        expression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        condition: '#status = :blocked AND epoch = :epoch AND #updated_at = :before',
        names: { '#status': 'status', ...Object.fromEntries(names.map((name) => [`#${name}`, name])) },
        values: {
          ...Object.fromEntries(Object.entries(sets).map(([name, value]) => [`:${name}`, value])),
          ':blocked': 'BLOCKED',
          ':epoch': epoch,
          ':before': updatedAt,
        },
      });
      return done;
    },

    async handOver({ uid, epoch, updatedAt }, now) {
      const { done } = await table.update(keys.control(uid), {
        expression: 'SET execution_mode = :async, updated_at = :now',
        condition: '#status = :running AND execution_mode = :live AND epoch = :epoch AND updated_at = :before',
        names: { '#status': 'status' },
        values: {
          ':async': 'ASYNC',
          ':live': 'LIVE',
          ':running': 'RUNNING',
          ':epoch': epoch,
          ':before': updatedAt,
          ':now': Math.max(now, updatedAt + 1),
        },
      });
      return done;
    },

    async noteTotals({ uid, epoch, updatedAt }, totals) {
      const { done, item } = await table.update(keys.control(uid), {
        expression: 'SET totals = :totals, totals_epoch = :epoch, updated_at = :next',
        condition: 'updated_at = :before',
        values: { ':totals': totals, ':epoch': epoch, ':before': updatedAt, ':next': updatedAt + 1 },
      });
      return done ? controlFromItem(item) : null;
    },

    async countLater({ uid, updatedAt }) {
      const { done } = await table.update(keys.control(uid), {
        expression: 'SET usage_before = :nothing, updated_at = :next',
        condition: 'updated_at = :before',
        values: { ':nothing': countsToRecord(NO_USAGE), ':before': updatedAt, ':next': updatedAt + 1 },
      });
      return done;
    },

    async noteDelivered({ uid, epoch }) {
      // The condition is the epoch, not `updated_at`: a move that comes in between gives the run another epoch.
      await table.update(keys.control(uid), {
        expression: 'SET delivered_epoch = :epoch',
        condition: 'epoch = :epoch',
        values: { ':epoch': epoch },
      });
    },

    async noteInputs(runUid, inputsTotal) {
      await table.update(keys.definition(runUid), {
        expression: 'SET inputs_total = :total',
        condition: 'attribute_exists(pk)',
        values: { ':total': inputsTotal },
      });
    },

    async countInputs(runUid, epoch, { now, inputsTotal }) {
      let stored = await fetchControl(runUid);
      while (stored !== null && stored.epoch === epoch && stored.inputsTotal === 0) {
        const write = await table.update(keys.control(runUid), {
          expression: 'SET inputs_total = :total, updated_at = :now',
          condition: 'inputs_total = :none AND epoch = :epoch AND updated_at = :before',
          values: {
            ':total': inputsTotal,
            ':none': 0,
            ':epoch': epoch,
            ':before': stored.updatedAt,
            ':now': Math.max(now, stored.updatedAt + 1),
          },
        });
        if (write.done) return true;
        stored = await fetchControl(runUid);
      }
      return false;
    },
  };
}
