import type { Schedule, ScheduleStatus } from '../../domain/schedule.ts';
import type { Clock } from '../ports.ts';
import type { ListedSchedule, SchedulePlace, ScheduleStore } from '../schedules/schedule-ports.ts';
import { isScheduleVisible } from './find-schedule.ts';
import { includesAny } from './list-runs.ts';
import type { Step } from './steps.ts';

/** Which schedules a list contains. A schedule passes a filter that is null or has its value. */
export interface ScheduleFilter {
  readonly statuses: readonly ScheduleStatus[] | null;
  readonly actionNames: readonly string[] | null;
  readonly uids: readonly string[] | null;
  readonly names: readonly string[] | null;
  /** A schedule passes with one of them. */
  readonly tags: readonly string[] | null;
}

/** A request for a list of schedules. */
export interface ScheduleList {
  readonly workspaceUid: string;
  readonly filter: ScheduleFilter;
  readonly order: 'ascending' | 'descending';
  readonly after: SchedulePlace | null;
  /** How many rows the caller wants: without filters, as many are read at once. */
  readonly limit: number;
}

interface ListPorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly schedules: Pick<ScheduleStore, 'listSchedules' | 'readSchedules' | 'readDefinitions'>;
}

/** How many rows of the index one call reads at most, and at once. */
const ROWS_A_CALL = 400;
const ROWS_AT_ONCE = 100;

/** A workspace's schedules by creation. Filters may match few, so one call reads at most 400. */
export async function* listSchedules(
  ports: ListPorts,
  list: ScheduleList,
): AsyncGenerator<Step<Schedule, SchedulePlace>> {
  const { filter, order, workspaceUid } = list;
  const now = ports.clock.now();
  const isWanted = (schedule: Schedule): boolean =>
    isScheduleVisible(schedule, workspaceUid, now) && passes(schedule, filter) && has(filter.statuses, schedule.status);
  if (filter.uids !== null) {
    const found = [...(await ports.schedules.readSchedules(filter.uids)).values()].filter(isWanted);
    for (const schedule of sorted(await withTags(ports, found, filter.tags), list))
      yield { row: schedule, after: placeOf(schedule) };
    return;
  }
  const { statuses, actionNames, names, tags } = filter;
  const isSelective = [statuses, actionNames, names, tags].some((values) => values !== null);
  const limit = isSelective ? ROWS_AT_ONCE : Math.min(ROWS_AT_ONCE, list.limit + 1);
  let after = list.after;
  for (let seen = 0; ;) {
    const { rows, more } = await ports.schedules.listSchedules(workspaceUid, { order, after, limit });
    const found = await ports.schedules.readSchedules(rows.filter((row) => passes(row, filter)).map(({ uid }) => uid));
    const wanted = rows.flatMap(({ uid }) => found.get(uid) ?? []).filter(isWanted);
    for (const schedule of await withTags(ports, wanted, tags)) yield { row: schedule, after: placeOf(schedule) };
    const last = rows.at(-1);
    if (!more || last === undefined) return;
    after = placeOf(last);
    seen += rows.length;
    if (seen >= ROWS_A_CALL) {
      yield { row: null, after };
      return;
    }
  }
}

/** Those with one of the tags, in the same order. Tags are in the definitions, which are read for this filter only. */
async function withTags(
  ports: ListPorts,
  schedules: readonly Schedule[],
  tags: ScheduleFilter['tags'],
): Promise<readonly Schedule[]> {
  if (tags === null) return schedules;
  const definitions = await ports.schedules.readDefinitions(schedules);
  return schedules.filter(({ uid }) => includesAny(tags, definitions.get(uid)?.tags ?? []));
}

function sorted(schedules: readonly Schedule[], { order, after }: ScheduleList): readonly Schedule[] {
  const sign = order === 'ascending' ? 1 : -1;
  const compare = (a: SchedulePlace, b: SchedulePlace): number => sign * comparePlaces(a, b);
  return schedules.filter((one) => after === null || compare(one, after) > 0).toSorted(compare);
}

function comparePlaces(a: SchedulePlace, b: SchedulePlace): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.uid < b.uid ? -1 : a.uid === b.uid ? 0 : 1;
}

function placeOf({ uid, createdAt }: SchedulePlace): SchedulePlace {
  return { uid, createdAt };
}

/** Checks the filters on fields that the index itself has. */
function passes(row: Pick<ListedSchedule, 'actionName' | 'name'>, { actionNames, names }: ScheduleFilter): boolean {
  return has(actionNames, row.actionName) && has(names, row.name);
}

function has(wanted: readonly string[] | null, value: string | null): boolean {
  return wanted === null || (value !== null && wanted.includes(value));
}
