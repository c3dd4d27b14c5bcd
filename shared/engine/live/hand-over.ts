import type { RunControl } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Makes a live run that is at work an ASYNC one, for its caller waits no longer: from here on verbs apply and its
 * results stand at /outputs. Gives the run as it is then; one that ended first stays live. Its epoch stays too, so that
 * the page on its way is the one that is recorded: nothing is sent again.
 */
export async function handOver(ports: Pick<CorePorts, 'clock' | 'runs'>, control: RunControl): Promise<RunControl> {
  let stored = control;
  while (stored.mode === 'LIVE' && stored.status === 'RUNNING') {
    const isDone = await ports.runs.handOver(stored, ports.clock.now());
    const current = await ports.runs.readControl(control.uid);
    if (current === null) throw new Error(`Run ${control.uid} is gone.`);
    if (isDone) return current;
    stored = current;
  }
  return stored;
}
