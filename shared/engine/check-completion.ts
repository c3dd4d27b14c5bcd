import { shardCount } from '../domain/input.ts';
import type { RunControl, RunDefinition } from '../domain/run.ts';
import { finishInput } from './finish-input.ts';
import type { CorePorts } from './ports.ts';

/**
 * Looks again whether a run is complete, shard by shard: for when every input has ended and the one that should have
 * looked died, or there was nobody to look.
 */
export async function checkCompletion(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<void> {
  for (let shard = 0; shard < shardCount(definition.inputsTotal); shard += 1) {
    const marks = await ports.progress.readMarks(definition.uid, shard);
    const [input] = marks.keys();
    const slot = input === undefined ? null : await ports.progress.readLastSlot(definition.uid, input);
    if (slot !== null) await finishInput(ports, { control, definition, slot });
  }
}
