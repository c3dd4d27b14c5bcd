import type { Position, RunWindow } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { ORDER_PART, type WindowOpening } from '../stores/progress-store.ts';

/**
 * Writes the list of failed inputs that a retry begins anew, without the refused ones, and returns the window it begins
 * with. Idempotent: nothing of the run changes until that window is open, so a second call writes the same.
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
    for (const { input, page, outputs, callbacks, refused, epoch } of noted) {
      if (refused || epoch < stored.order) continue; // refused, or it has succeeded in a retry since
      part.push({ input, pages: page + 1, outputs, callbacks }); // the page that failed is counted too
      if (part.length === ORDER_PART) await write();
    }
  }
  if (part.length > 0) await write();
  const totals = { ...stored.totals, failed: stored.totals.refused };
  return { order: restartEpoch, length, next: 0, totals, inHand: [] };
}
