import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl } from '../../domain/run.ts';
import type { Clock } from '../ports.ts';
import { noSuchRun } from './find-run.ts';
import type { ReadPorts } from './read-ports.ts';

/**
 * Gaps between reads grow by half each, from the first to the last: 17 reads in 25 s, the end seen at most 2 s late.
 */
const FIRST_GAP_MS = 200;
const LAST_GAP_MS = 2_000;

/**
 * Waits until a run has ended, at most until `until` (epoch ms), and returns its control record then. Every second
 * begun is paid for in advance by `spendSecond`; the wait ends where that returns false. 25 s cost 17 strong reads of a
 * record of about 1 KB, and 25 tokens. Throws NOT_FOUND for a run that is deleted meanwhile.
 */
export async function waitForRun(
  ports: Pick<ReadPorts, 'runs'> & { readonly clock: Pick<Clock, 'now' | 'after'> },
  control: RunControl,
  until: number,
  spendSecond: () => Promise<boolean>,
): Promise<RunControl> {
  let current = control;
  let paidUntil = ports.clock.now();
  for (let gap = FIRST_GAP_MS; !hasEnded(current.status); gap = Math.min(LAST_GAP_MS, gap * 1.5)) {
    const now = ports.clock.now();
    const wakeAt = Math.min(now + gap, until);
    if (wakeAt <= now) break;
    for (; paidUntil < wakeAt; paidUntil += 1_000) if (!(await spendSecond())) return current;
    await new Promise<void>((resolve) => {
      ports.clock.after(wakeAt - now, resolve);
    });
    const read = await ports.runs.readControl(control.uid);
    if (read === null) throw noSuchRun(control.uid); // it has ended and was deleted meanwhile
    current = read;
  }
  return current;
}
