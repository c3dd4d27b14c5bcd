import { hasEnded, type RunControl } from '../../domain/run.ts';
import type { Clock } from '../ports.ts';
import type { ReadPorts } from './read-ports.ts';

/** Gaps between looks grow from the first to the last, by half each: 25 s are 17 looks, the last at most 2 s late. */
const FIRST_GAP_MS = 200;
const LAST_GAP_MS = 2_000;

/**
 * Holds until a run has ended, or until `until` (epoch ms), and gives its control record as it is then. Each second
 * begun is asked for first: where `spendSecond` says no, there is no more waiting. 25 s cost 17 strong reads of a record
 * of about 1 KB, and the 25 tokens.
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
    current = (await ports.runs.readControl(control.uid)) ?? current;
  }
  return current;
}
