import { EngineError } from '../../domain/errors.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { takeUp } from './resume-run.ts';
import { MAX_ATTEMPTS, refusal } from './stop-run.ts';

/**
 * Takes up the failed inputs of a run again, each from the page that failed; inputs that were themselves refused are
 * left out. Throws INVALID_STATE where the run did not fail, or no input is worth another try.
 */
export async function retryRun(ports: CorePorts, definition: RunDefinition): Promise<RunControl> {
  for (;;) {
    const control = await ports.runs.readControl(definition.uid);
    if (control === null) throw new EngineError('NOT_FOUND', 'The run no longer exists.');
    const { status, mode, inputsTotal, totals, attempt } = control;
    const failed = status === 'FAILED' || status === 'PARTIAL_SUCCEEDED';
    const isUncounted = definition.upload !== undefined && inputsTotal === 0;
    // What never had its turn is worth one.
    const worthIt = isUncounted || inputsTotal - totals.succeeded > totals.refused;
    if (mode === 'LIVE' || !failed || !worthIt || attempt >= MAX_ATTEMPTS) throw refusal('retry', control);
    const taken = await takeUp(ports, control, definition, ['retry', 'retryBlocked'], {
      // Of an upload that was never taken in nothing was laid out, and nothing is to be begun anew.
      ...(isUncounted ? {} : { restart: true, totals: { ...totals, failed: totals.refused } }),
      lastError: null,
    });
    if (taken !== null) return taken;
  }
}
