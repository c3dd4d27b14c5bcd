import { EngineError } from '../../domain/errors.ts';
import { isRunUid } from '../../domain/ids.ts';
import type { RunControl } from '../../domain/run.ts';
import type { ReadPorts, Run } from './read-ports.ts';

/**
 * A workspace's run. NOT_FOUND in the same words for a uid that is none (refused without a read), one nobody has,
 * another workspace's, and one whose time is over.
 */
export async function findRun(
  ports: Pick<ReadPorts, 'clock' | 'runs'>,
  workspaceUid: string,
  uid: string,
): Promise<Run> {
  const run = isRunUid(uid) ? await ports.runs.readRun(uid) : null;
  if (run !== null && isVisible(run.control, workspaceUid, ports.clock.now())) return run;
  throw new EngineError('NOT_FOUND', `The run ${uid} does not exist.`);
}

/** Whether a workspace may see a run: it is its own, and not past the time for which runs are kept. */
export function isVisible(control: RunControl, workspaceUid: string, now: number): boolean {
  return control.workspaceUid === workspaceUid && control.expiresAt * 1_000 > now;
}
