import type { RunControl } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { noSuchRun } from '../read/find-run.ts';

/**
 * Turns a live run that is at work into an ASYNC one, because its caller no longer waits. From then on verbs apply, and
 * its results are at /outputs. Returns the run afterwards; one that ended first stays LIVE. The epoch does not change,
 * so the page under way is still recorded and nothing has to be sent again.
 */
export async function handOver(ports: Pick<CorePorts, 'clock' | 'runs'>, control: RunControl): Promise<RunControl> {
  let stored = control;
  while (stored.mode === 'LIVE' && stored.status === 'RUNNING') {
    const isDone = await ports.runs.handOver(stored, ports.clock.now());
    const current = await ports.runs.readControl(control.uid);
    if (current === null) throw noSuchRun(control.uid); // it has ended and was deleted meanwhile
    if (isDone) return current;
    stored = current;
  }
  return stored;
}
