import { shardOf } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { finishInput } from './finish-input.ts';
import { hasEndedWith } from './open-input.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Ends the inputs of a stopped run whose last page, or failure, is recorded but not yet marked: the worker that
 * recorded it died, and its message, come again, starts nothing under a dead epoch.
 */
export async function settleLanded(ports: CorePorts, stopped: RunControl, definition: RunDefinition): Promise<void> {
  const window = await ports.progress.readWindow(definition.uid);
  for (const input of window?.open.keys() ?? []) {
    const marks = await ports.progress.readMarks(definition.uid, shardOf(input));
    const slot = marks.has(input) ? null : await ports.progress.readLastSlot(definition.uid, input);
    if (slot !== null && hasEndedWith(slot, stopped)) await finishInput(ports, { control: stopped, definition, slot });
  }
}
