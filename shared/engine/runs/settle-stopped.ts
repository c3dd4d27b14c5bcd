import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { countLanded } from './count-landed.ts';
import { countRecorded, landedAt } from './finish-run.ts';

/**
 * Counts what the last pages of a stopped run left uncounted, once no page of it can be recorded any more, and notes
 * the run's totals. Returns the run afterwards. Idempotent.
 */
export async function settleStopped(
  ports: CorePorts,
  stopped: RunControl,
  definition: RunDefinition,
): Promise<RunControl> {
  const { epoch, totalsEpoch } = stopped;
  if (ports.clock.now() < landedAt(ports, stopped)) return stopped;
  await countLanded(ports, stopped, definition);
  if (totalsEpoch === epoch) return stopped;
  const noted = await ports.runs.noteTotals(stopped, await countRecorded(ports, definition));
  return noted ?? stopped; // another changed it, and does the rest
}
