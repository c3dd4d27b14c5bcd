import { NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Makes sure that a run without a window is never laid out, by opening an empty one. False: the run has a window and
 * goes on. If the run is stopped before it is ended, a resume lays it out as usual.
 */
export async function closeWindow(
  ports: Pick<CorePorts, 'progress'>,
  { uid, epoch }: RunControl,
  { expiresAt }: RunDefinition,
): Promise<boolean> {
  const closed = { epoch, order: 0, length: 0, next: 0, totals: NO_TOTALS, inHand: [] };
  const stored = await ports.progress.readWindow(uid);
  const window = stored ?? (await ports.progress.openWindow(uid, closed, expiresAt))?.window;
  return window?.length === 0;
}
