import { DUE_PARTITIONS, type DueEntry, type DueStore } from '../../shared/engine/stores/due-store.ts';

/** What falls due until a moment, of each partition the first of so many. */
export async function listDueEntries(
  due: Pick<DueStore, 'listDue'>,
  until: number,
  limit: number,
): Promise<readonly DueEntry[]> {
  const partitions = Array.from({ length: DUE_PARTITIONS }, (_, partition) => partition);
  const pages = await Promise.all(partitions.map((partition) => due.listDue(partition, until, limit)));
  return pages.flatMap(({ rows }) => rows.flatMap(({ entry }) => entry ?? []));
}
