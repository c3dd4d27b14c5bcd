import { hasEnded } from '../../domain/run-status.ts';
import { NO_TOTALS } from '../../domain/run.ts';
import type { IntakeMessage } from '../messages.ts';
import type { CorePorts } from '../ports.ts';
import { closeWindow } from '../runs/close-window.ts';
import { concludeRun } from '../runs/finish-run.ts';
import { type DeadLetterOutcome, type DeadLetter, reportDeadLetter } from './dead-letter.ts';

/** Fails a run whose upload could not be read; a retry reads it again. A run that was counted meanwhile goes on. */
export async function failIntake(
  ports: CorePorts,
  { runUid, epoch }: Pick<IntakeMessage, 'runUid' | 'epoch'>,
  deadLetter: DeadLetter,
): Promise<DeadLetterOutcome> {
  const control = await ports.runs.readControl(runUid);
  const definition = await ports.runs.readDefinition(runUid);
  if (control === null || definition === null || control.epoch !== epoch) return 'NOTHING';
  if (hasEnded(control.status)) {
    await concludeRun(ports, control, definition);
    return 'CARRIED_ON';
  }
  if (control.inputsTotal > 0 || !(await closeWindow(ports, control, definition))) return 'NOTHING';
  const now = ports.clock.now();
  const moved = await ports.runs.moveRun(runUid, 'fail', epoch, {
    now,
    reason: null,
    finishedAt: now,
    deadlineAt: null,
    totals: NO_TOTALS,
    lastError: reportDeadLetter(ports, deadLetter, { what: 'Reading the upload', run_uid: runUid }),
  });
  const ended = moved.moved ? moved.control : moved.current;
  if (ended === null || ended.epoch !== epoch || !hasEnded(ended.status)) return 'NOTHING';
  await concludeRun(ports, ended, definition);
  return moved.moved ? 'RUN_ENDED' : 'CARRIED_ON';
}
