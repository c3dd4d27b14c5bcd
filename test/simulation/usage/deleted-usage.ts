import { deriveUid } from '../../../shared/domain/ids.ts';
import { endingsOf, type RunControl } from '../../../shared/domain/run.ts';
import { pageRecordFromItem } from '../../../shared/storage/progress-store.ts';
import { definitionFromItem } from '../../../shared/storage/run-records.ts';
import { toItem } from '../mirror.ts';
import type { Observer } from '../observer.ts';
import type { Truth } from '../truth.ts';
import { pagesOf, type UsageTruth } from './what-was-used.ts';

/** Who deletes a stopped run counts what it has recorded; what is recorded within so long may not be in that. */
const COUNTING_MS = 60_000;

/** What a deleted run has done, from its records as they were when they went. */
export function deletedUsage(
  { purged, deleted, failures }: Pick<Observer, 'purged' | 'deleted' | 'failures'>,
  truth: Truth,
  control: RunControl,
): UsageTruth {
  const { uid, mode, status, attempt, callsBack } = control;
  const items = purged.get(uid) ?? [];
  const records = items.flatMap((item) =>
    String(item['sk']?.['S']).startsWith('P#') ? [pageRecordFromItem(uid, toItem(item))] : [],
  );
  // One that was recorded anew between the rounds went twice.
  const pages = [...new Map(records.map((record) => [`${record.input}:${record.page}`, record])).values()];
  const results = pages.flatMap(({ outcome }) => (outcome.kind === 'RESULT' ? [outcome] : []));
  const outputs = results.reduce((sum, { count }) => sum + count, 0);
  if (mode === 'LIVE') {
    const given = truth.pages.findLast(({ runUid }) => runUid === uid)?.results.length ?? 0;
    const told = pages.length > 0 || status !== 'SUCCEEDED' ? outputs : given;
    return { counts: { runs: 0, liveCalls: 1, pages: 1, outputs: told, callbacks: 0 }, mayLack: false, isOpen: false };
  }
  const definition = items.find((item) => item['sk']?.['S'] === 'DEF');
  const on = definition === undefined ? undefined : definitionFromItem(toItem(definition)).callback?.on;
  const ofPages = new Set([
    ...(failures.get(uid) ?? []),
    ...pages.flatMap(({ input, page, outcome }) =>
      Array.from({ length: outcome.kind === 'RESULT' ? outcome.parts : 0 }, (_, part) =>
        deriveUid(uid, 'page', { input, page, part: part + 1 }),
      ),
    ),
  ]);
  const callbacks = (on === 'all' ? ofPages.size : 0) + (callsBack ? endingsOf(control) : 0);
  const since = (deleted.get(uid) ?? 0) - COUNTING_MS;
  return {
    counts: { runs: 1, liveCalls: 0, pages: pagesOf(pages, failures.get(uid)), outputs, callbacks },
    // Its record does not say any more whether it was stopped before its last attempt.
    mayLack: status === 'STOPPED' || attempt > 1,
    isOpen: status === 'STOPPED' && pages.some(({ at }) => at > since),
  };
}
