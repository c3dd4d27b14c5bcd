import { EngineError } from '../../domain/errors.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { takeUp } from './resume-run.ts';
import { isDoneBy, MAX_ATTEMPTS, refusal } from './stop-run.ts';

/**
 * Retries the failed inputs of a run, each from the page that failed. Inputs that the action refused are left out. A
 * run that this bulk has retried already is returned unchanged. Throws INVALID_STATE where the run did not fail, or no
 * input is worth another try.
 */
export async function retryRun(
  ports: CorePorts,
  definition: RunDefinition,
  bulkUid: string | null = null,
): Promise<RunControl> {
  for (;;) {
    const control = await ports.runs.readControl(definition.uid);
    if (control === null) throw new EngineError('NOT_FOUND', 'The run no longer exists.');
    if (isDoneBy(bulkUid, control)) return control;
    const { status, mode, inputsTotal, totals, attempt } = control;
    const failed = status === 'FAILED' || status === 'PARTIAL_SUCCEEDED';
    const isUncounted = definition.upload !== undefined && inputsTotal === 0;
    // Inputs that never had a turn count as worth a try.
    const worthIt = isUncounted || inputsTotal - totals.succeeded > totals.refused;
    if (mode === 'LIVE' || !failed || !worthIt || attempt >= MAX_ATTEMPTS) throw refusal('retry', control);
    const taken = await takeUp(ports, control, definition, ['retry', 'retryBlocked'], {
      // A run whose upload was never read has no window and no inputs that could begin anew.
      ...(isUncounted ? {} : { restart: true, totals: { ...totals, failed: totals.refused } }),
      lastError: null,
      ...(bulkUid === null ? {} : { bulkUid }),
    });
    if (taken !== null) return taken;
  }
}
