import { RUN_MOVES, type RunMove, withHistory } from '../domain/run-status.ts';
import type { RunControl } from '../domain/run.ts';
import { usageOfDay } from '../domain/usage.ts';
import type { ControlChange } from '../engine/stores/run-store.ts';

/** The control record after a move. Pure, so that the record written and the record returned are the same. */
export function applyMove(control: RunControl, move: RunMove, change: ControlChange): RunControl {
  const { now, reason, newEpoch, newAttempt, restart } = change;
  const { to } = RUN_MOVES[move];
  return {
    ...control,
    mode: change.mode ?? control.mode,
    status: to,
    reason,
    epoch: control.epoch + (newEpoch === true ? 1 : 0),
    restartEpoch: restart === true ? control.epoch + 1 : control.restartEpoch,
    attempt: control.attempt + (newAttempt === true ? 1 : 0),
    usageBefore: newAttempt === true ? usageOfDay(control) : control.usageBefore,
    retryCount: control.retryCount + (['retry', 'retryBlocked'].includes(move) ? 1 : 0),
    inputsTotal: change.inputsTotal ?? control.inputsTotal,
    totals: change.totals ?? control.totals,
    lastError: change.lastError === undefined ? control.lastError : change.lastError,
    lastInfo: change.lastInfo === undefined ? control.lastInfo : change.lastInfo,
    deadlineAt: change.deadlineAt === undefined ? control.deadlineAt : change.deadlineAt,
    deadlineLeftMs: change.deadlineLeftMs === undefined ? control.deadlineLeftMs : change.deadlineLeftMs,
    waitedMs: change.waitedMs ?? control.waitedMs,
    postponedUntil: change.postponedUntil ?? null,
    startedAt: change.startedAt ?? control.startedAt,
    finishedAt: change.finishedAt === undefined ? control.finishedAt : change.finishedAt,
    updatedAt: Math.max(now, control.updatedAt + 1), // always increases, because writes use it as the record's version
    ...(change.bulkUid === undefined ? {} : { bulkUid: change.bulkUid }),
    history: withHistory(control.history, { status: to, at: now, reason: reason?.code ?? null }),
  };
}
