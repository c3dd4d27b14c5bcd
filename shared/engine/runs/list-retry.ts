import type { Position, RunWindow } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { ORDER_PART, type WindowOpening } from '../stores.ts';

/**
 * Writes down in which order a retry takes the failed inputs up again, but for those that were refused, and gives the
 * window it begins with. Until that is open nothing of the run moves, so that said twice it is the same.
 */
export async function listRetry(
  ports: Pick<CorePorts, 'progress'>,
  { uid, restartEpoch }: RunControl,
  { expiresAt }: RunDefinition,
  stored: RunWindow,
): Promise<Omit<WindowOpening, 'epoch'>> {
  let part: Position[] = [];
  let length = 0;
  const write = async (): Promise<void> => {
    await ports.progress.writeOrder(uid, restartEpoch, length, part, expiresAt);
    length += part.length;
    part = [];
  };
  for await (const noted of ports.progress.listFailed(uid, { input: 0, direction: 'up' })) {
    for (const { input, outputs, callbacks, refused, epoch } of noted) {
      if (refused || epoch < stored.order) continue; // that one succeeded since
      part.push({ input, outputs, callbacks });
      if (part.length === ORDER_PART) await write();
    }
  }
  if (part.length > 0) await write();
  const totals = { ...stored.totals, failed: stored.totals.refused };
  return { order: restartEpoch, length, next: 0, totals, inHand: [] };
}
