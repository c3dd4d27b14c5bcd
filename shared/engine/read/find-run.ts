import { EngineError } from '../../domain/errors.ts';
import { isRunUid } from '../../domain/ids.ts';
import type { RunControl } from '../../domain/run.ts';
import type { ReadPorts, Run } from './read-ports.ts';

/**
 * A workspace's run. Throws NOT_FOUND, with the same message for a malformed uid (without a read), an unknown one,
 * another workspace's run, and an expired one.
 */
export async function findRun(
  ports: Pick<ReadPorts, 'clock' | 'runs'>,
  workspaceUid: string,
  uid: string,
): Promise<Run> {
  const run = isRunUid(uid) ? await ports.runs.readRun(uid) : null;
  if (run !== null && isVisible(run.control, workspaceUid, ports.clock.now())) return run;
  throw noSuchRun(uid);
}

export function noSuchRun(uid: string): EngineError {
  return new EngineError('NOT_FOUND', `The run ${uid} does not exist.`);
}

/** Whether a workspace may see a run: the run is its own and not expired. */
export function isVisible(control: RunControl, workspaceUid: string, now: number): boolean {
  return control.workspaceUid === workspaceUid && control.expiresAt * 1_000 > now;
}
