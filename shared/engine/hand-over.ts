import { moveFrom, type RunControl } from '../domain/run.ts';
import type { CorePorts } from './ports.ts';

/**
 * Makes a live run that is at work an ASYNC one, for its caller waits no longer: from here on verbs apply and its
 * results stand at /outputs. Gives the run as it is then; one that ended first stays live. Its epoch stays too, so that
 * the page on its way is the one that is recorded: nothing is sent again.
 */
export async function handOver(ports: Pick<CorePorts, 'clock' | 'runs'>, control: RunControl): Promise<RunControl> {
  if (control.mode !== 'LIVE' || moveFrom(control.status, 'handOver') === null) return control;
  const change = { now: ports.clock.now(), reason: null, mode: 'ASYNC' } as const;
  const moved = await ports.runs.moveRun(control.uid, 'handOver', control.epoch, change);
  return moved.moved ? moved.control : (moved.current ?? control);
}
