import { EngineError } from '../../domain/errors.ts';
import { NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import { closeWindow } from '../runs/close-window.ts';
import { concludeRun, sendFormerFinished } from '../runs/finish-run.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { parametersRefused } from '../pages/schema-refusals.ts';
import { reportError } from '../report-error.ts';

/**
 * Ends a run as INVALID if nothing of it has begun and since its launch the action was removed or no longer accepts the
 * parameters. A run that has begun goes on, and its inputs fail one by one for that reason. False: the run may be laid
 * out.
 */
export async function invalidateRun(
  ports: CorePorts & Pick<Ports, 'actions'>,
  control: RunControl,
  definition: RunDefinition,
): Promise<boolean> {
  const fault = control.epoch === 1 && control.startedAt === null ? findFault(ports, definition) : null;
  if (fault === null || !(await closeWindow(ports, control, definition))) return false;
  await endAsInvalid(ports, control, definition, fault);
  return true;
}

/** Ends a run as INVALID of which nothing has begun and nothing can run: all its inputs count as failed. */
export async function endAsInvalid(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  fault: EngineError,
): Promise<void> {
  await sendFormerFinished(ports, control, definition);
  const { inputsTotal } = definition;
  const now = ports.clock.now();
  const moved = await ports.runs.moveRun(control.uid, 'invalidate', control.epoch, {
    now,
    reason: null,
    finishedAt: now,
    deadlineAt: null,
    inputsTotal,
    totals: { ...NO_TOTALS, failed: inputsTotal },
    lastError: reportError(ports, fault, { run_uid: control.uid }),
  });
  if (moved.moved) await concludeRun(ports, moved.control, definition);
}

function findFault({ actions }: Pick<Ports, 'actions'>, { actionName, parameters }: RunDefinition): EngineError | null {
  const action = actions.get(actionName);
  if (action === null) {
    return new EngineError('ACTION_NOT_FOUND', `The action ${actionName} is no longer available.`);
  }
  const parsed = action.parseParameters(parameters);
  return parsed.ok ? null : parametersRefused(parsed.errors);
}
