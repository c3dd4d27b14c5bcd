import { isBadRow } from './bad-rows.ts';
import { isFaultless, type Stage } from './instance.ts';
import type { Observer } from './observer.ts';

/** A sweep comes each minute and takes less than one; and one more, for a row that falls due while it runs. */
const IN_TIME_MS = 180_000;

/** In a history without faults: holds every other row to its time. */
export function watchTimers({ stage, observer }: { readonly stage: Stage; readonly observer: Observer }): void {
  const dueSince = new Map<string, number>();
  observer.listen(({ pk, sk, after }) => {
    if (!pk.startsWith('DUE#') || isBadRow(pk, sk)) return;
    const now = stage.timeline.now();
    const since = dueSince.get(sk);
    if (after !== null) dueSince.set(sk, Math.max(now, Number(sk.slice(0, 13))));
    else dueSince.delete(sk);
    if (since === undefined || now - since <= IN_TIME_MS || !isFaultless(stage)) return;
    observer.violate(
      'timersComeThoughRowsFail',
      `due row ${sk} was handled ${Math.round((now - since) / 1_000)} s late`,
    );
  });
}
