import type { Fire } from '../../domain/fire.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { Schedule } from '../../domain/schedule.ts';
import type { Clock } from '../ports.ts';
import type { ScheduleStore } from '../schedules/schedule-ports.ts';
import type { Step } from './steps.ts';

/** The ledger of a schedule after a place, newest first. The list ends at the first expired row. */
export async function* listFires(
  ports: { readonly clock: Pick<Clock, 'now'>; readonly schedules: Pick<ScheduleStore, 'listFires'> },
  schedule: Schedule,
  list: { readonly after: string | null; readonly limit: number },
): AsyncGenerator<Step<Fire, string>> {
  for (let after = list.after; ;) {
    const { rows, more } = await ports.schedules.listFires(schedule.uid, after, list.limit + 1);
    for (const { fire, place, expiresAt } of rows) {
      if (expiresAt * 1_000 <= ports.clock.now()) return;
      yield { row: fire, after: place };
    }
    if (!more) return;
    after = rows.at(-1)?.place ?? after;
  }
}

/** The inputs of a schedule's runs from an index on. The place after a row is the index of the next. */
export async function* listScheduleInputs(
  ports: { readonly schedules: Pick<ScheduleStore, 'readInputs'> },
  schedule: Schedule,
  list: { readonly from: number; readonly limit: number },
): AsyncGenerator<Step<StoredInput, number>> {
  let from = list.from;
  while (from < schedule.inputsTotal) {
    const inputs = await ports.schedules.readInputs(schedule.uid, schedule.inputsRef, from, list.limit + 1);
    if (inputs.length === 0) return;
    for (const [index, input] of inputs.entries()) yield { row: input, after: from + index + 1 };
    from += inputs.length;
  }
}
