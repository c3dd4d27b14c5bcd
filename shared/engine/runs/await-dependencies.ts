import { EngineError } from '../../domain/errors.ts';
import { dependencyState, type RunControl, type RunDefinition } from '../../domain/run.ts';
import { concludeRun } from './finish-run.ts';
import type { CorePorts } from '../ports.ts';
import { reportError } from '../report-error.ts';

/**
 * Whether a run's dependencies are met. It registers with the runs that have not ended and then reads them again, so
 * that a run which ends in between is either seen here or sees the registration. A dependency that can no longer be met
 * fails the run.
 */
export async function dependenciesMet(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
): Promise<boolean> {
  if (definition.dependsOn.length === 0 || control.dependenciesWaived || control.attempt > 1) return true;
  let states = await readStates(ports, definition);
  if (states.open.length > 0) {
    for (const uid of states.open) await ports.runs.addDependent(uid, control.uid, definition.expiresAt);
    states = await readStates(ports, definition);
  }
  if (states.unmet === null && states.open.length === 0) return true;
  const now = ports.clock.now();
  const reason = { code: 'DEPENDENCY', since: now, retryAt: null, blockingUids: states.open } as const;
  if (control.status === 'BLOCKED') {
    const fewer = control.reason?.blockingUids.join() !== states.open.join();
    if (fewer && states.unmet === null) await ports.runs.amendBlocked(control, { now, reason });
  } else {
    await ports.runs.moveRun(control.uid, 'block', control.epoch, { now, reason });
  }
  if (states.unmet !== null) await failRun(ports, control, definition, states.unmet);
  return false;
}

interface States {
  readonly open: readonly string[];
  readonly unmet: { readonly uid: string; readonly status: string } | null;
}

async function readStates(ports: CorePorts, { dependsOn }: RunDefinition): Promise<States> {
  const open: string[] = [];
  let unmet: States['unmet'] = null;
  for (const dependency of dependsOn) {
    // A deleted run still says how it ended.
    const other = (await ports.runs.readOrDeleted(dependency.uid))?.control ?? null;
    // A run that is gone was kept for its whole time, so it ended long ago; how it ended is no longer known.
    const state = other === null ? 'unmet' : dependencyState(dependency, other.status);
    if (state === 'open') open.push(dependency.uid);
    if (state === 'unmet') unmet ??= { uid: dependency.uid, status: other?.status ?? 'gone' };
  }
  return { open, unmet };
}

async function failRun(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  { uid, status }: { readonly uid: string; readonly status: string },
): Promise<void> {
  const now = ports.clock.now();
  const error = new EngineError('DEPENDENCY_FAILED', `The run depends on run ${uid}, which ended ${status}.`, {
    params: { dependency: uid, status },
  });
  const failed = await ports.runs.moveRun(control.uid, 'fail', control.epoch, {
    now,
    reason: null,
    finishedAt: now,
    lastError: reportError(ports, error, { run_uid: control.uid }),
  });
  if (failed.moved) await concludeRun(ports, failed.control, definition);
}
