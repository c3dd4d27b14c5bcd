import { hasEnded, type RunControl } from '../../domain/run.ts';
import type { Clock } from '../ports.ts';
import type { ReadPorts } from './read-ports.ts';

/** Gaps between looks grow from the first to the last, by half each: 25 s are 17 looks, the last at most 2 s late. */
const FIRST_GAP_MS = 200;
const LAST_GAP_MS = 2_000;

/** Holds until a run has ended, or until `until` (epoch ms), and gives its control record as it is then. */
export async function waitForRun(
  ports: Pick<ReadPorts, 'runs'> & { readonly clock: Pick<Clock, 'now' | 'after'> },
  control: RunControl,
  until: number,
): Promise<RunControl> {
  let current = control;
  for (let gap = FIRST_GAP_MS; !hasEnded(current.status); gap = Math.min(LAST_GAP_MS, gap * 1.5)) {
    const left = until - ports.clock.now();
    if (left <= 0) break;
    await new Promise<void>((resolve) => {
      ports.clock.after(Math.min(gap, left), resolve);
    });
    current = (await ports.runs.readControl(control.uid)) ?? current;
  }
  return current;
}
