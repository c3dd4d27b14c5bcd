import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { finishInput } from './finish-input.ts';
import type { CorePorts } from '../ports.ts';

/**
 * Looks again whether a run is complete: for when every input has ended and the one that should have looked died, or
 * there was nobody to look. What the roll-up holds is not looked at again.
 */
export async function checkCompletion(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<void> {
  for (const shard of await ports.progress.shardsToRollUp(definition.uid, definition.inputsTotal)) {
    const marks = await ports.progress.readMarks(definition.uid, shard);
    const [input] = marks.keys();
    const slot = input === undefined ? null : await ports.progress.readLastSlot(definition.uid, input);
    if (slot !== null) await finishInput(ports, { control, definition, slot });
  }
}
