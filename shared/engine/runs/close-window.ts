import { type RunWindow, windowBefore } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';

/** Marks the places in a window that nobody is to be sent for any more. */
const CLOSED = 'closed';

/**
 * Sees to it that no page of this epoch starts, and gives its window: null where the run is laid out and inputs of it are
 * under way. Should the run be stopped before it is ended, a resume goes on from what stood before.
 */
export async function closeWindow(
  ports: Pick<CorePorts, 'progress'>,
  control: RunControl,
  definition: RunDefinition,
): Promise<RunWindow | null> {
  const { uid, epoch } = control;
  const standing = await ports.progress.readWindow(uid);
  if (standing !== null && standing.epoch >= epoch) return isClosed(standing) ? standing : null;
  // What was in hand stays in it, so that what it recorded is counted.
  const kept = Array.from(standing?.open ?? [], ([input, entry]) => [input, { ...entry, by: CLOSED }] as const);
  const { epoch: beforeEpoch, next } = windowBefore(standing);
  const before = { epoch: beforeEpoch, next };
  const closed: RunWindow = { epoch, next: definition.inputsTotal, open: new Map(kept), before };
  const stands = await ports.progress.openWindow(uid, closed, definition.expiresAt);
  return isClosed(stands) ? stands : null;
}

function isClosed({ open }: RunWindow): boolean {
  return [...open.values()].every(({ by }) => by === CLOSED);
}
