import { NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Sees to it that a run of which nothing was laid out never is. False: it was, and goes on. Should the run be stopped
 * before it is ended, a resume lays it out as if this had not been.
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
