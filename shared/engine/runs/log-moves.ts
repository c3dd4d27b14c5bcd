import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl } from '../../domain/run.ts';
import type { Log } from '../ports.ts';
import type { RunStore } from '../stores/run-store.ts';

/** The store of runs, which also logs a line for each move that ends a run or has it wait. */
export function logMoves(runs: RunStore, log: Pick<Log, 'info'>): RunStore {
  const logged = new WeakSet<object>();
  return {
    ...runs,
    async moveRun(runUid, move, epoch, change) {
      const result = await runs.moveRun(runUid, move, epoch, change);
      if (!result.moved || logged.has(result)) return result; // one write may serve several callers
      logged.add(result);
      if (hasEnded(result.control.status)) logEnd(log, result.control);
      else logWait(log, result.control);
      return result;
    },
  };
}

/* The dashboard counts these lines (infra/constructs/dashboard.ts). */

function logEnd(log: Pick<Log, 'info'>, control: RunControl): void {
  const { reason, lastError, totals, createdAt, updatedAt } = control;
  log.info('a run ended', {
    ...about(control),
    reason: reason?.code ?? null,
    label: lastError?.error_label ?? null,
    pages: totals.pages,
    duration_ms: updatedAt - createdAt,
  });
}

/** Logs what a run waits for, when it begins to and at each check; nothing where it waits for nothing. */
export function logWait(log: Pick<Log, 'info'>, control: RunControl): void {
  const { status, reason } = control;
  if (reason === null || (status !== 'BLOCKED' && status !== 'SCHEDULED')) return;
  log.info('a run waits', { ...about(control), reason: reason.code });
}

function about({ uid, workspaceUid, actionName, status }: RunControl) {
  return { run_uid: uid, workspace_uid: workspaceUid, action: actionName, status };
}
