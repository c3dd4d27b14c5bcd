import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { endOfInput } from './finish-input.ts';
import { hasEndedWith } from './open-input.ts';

/**
 * Counts the inputs of a stopped run whose last page or failure is recorded but not counted: the worker that recorded
 * it failed before it counted, and a redelivery of its message does nothing, because its epoch is over.
 */
export async function countLanded(ports: CorePorts, stopped: RunControl, definition: RunDefinition): Promise<void> {
  const window = await ports.progress.readWindow(definition.uid);
  if (window === null) return;
  for (const [input, open] of window.open) {
    const pageRecord = await ports.progress.readLastPageRecord(definition.uid, input);
    if (pageRecord === null || !hasEndedWith(pageRecord, stopped)) continue;
    const end = await endOfInput(ports, definition, pageRecord, open);
    await ports.progress.endInputs(definition.uid, window.epoch, [end]);
  }
}
