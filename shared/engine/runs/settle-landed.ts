import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { endOfInput } from './finish-input.ts';
import { hasEndedWith } from './open-input.ts';

/**
 * Counts the inputs of a stopped run whose last page, or failure, is recorded but not yet counted: the worker that
 * recorded it died, and its message, come again, starts nothing under a dead epoch.
 */
export async function settleLanded(ports: CorePorts, stopped: RunControl, definition: RunDefinition): Promise<void> {
  const window = await ports.progress.readWindow(definition.uid);
  if (window === null) return;
  for (const [input, open] of window.open) {
    const slot = await ports.progress.readLastSlot(definition.uid, input);
    if (slot === null || !hasEndedWith(slot, stopped)) continue;
    const end = await endOfInput(ports, definition, slot, open);
    await ports.progress.endInputs(definition.uid, window.epoch, [end]);
  }
}
