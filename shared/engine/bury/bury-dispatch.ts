import { isReopened } from '../../domain/input.ts';
import { hasEnded, type RunControl, type RunDefinition } from '../../domain/run.ts';
import { checkCompletion } from '../runs/check-completion.ts';
import { closeWindow } from '../runs/close-window.ts';
import { closeRun, countRecorded, tellFormerEnding } from '../runs/finish-run.ts';
import type { CorePorts } from '../ports.ts';
import type { DispatchMessage } from '../messages.ts';
import { type Burial, type DeadLetter, tellDeath } from './burial.ts';

/**
 * Ends a run that could not be laid out, or its upload taken in: FAILED, or PARTIAL_SUCCEEDED where an earlier attempt
 * recorded something; a retry begins it anew. Else the sweeper would send the same dispatch for ever. A run that is laid
 * out goes on by its pages, and the sweeper finds what this message did not send.
 */
export async function buryDispatch(
  ports: CorePorts,
  { runUid, epoch }: Pick<DispatchMessage, 'runUid' | 'epoch'>,
  letter: DeadLetter,
): Promise<Burial> {
  const control = await ports.runs.readControl(runUid);
  const definition = await ports.runs.readDefinition(runUid);
  if (control === null || definition === null || control.epoch !== epoch) return 'NOTHING';
  if (hasEnded(control.status)) {
    await closeRun(ports, control, definition);
    return 'CARRIED_ON';
  }
  if (control.postponedUntil !== null && control.postponedUntil > ports.clock.now()) return 'NOTHING'; // its due entry stands
  const window = await closeWindow(ports, control, definition);
  if (window === null) return 'NOTHING';
  await tellFormerEnding(ports, control, definition);
  // All of it may be done: a page may have landed since the run was stopped or postponed.
  if (control.inputsTotal > 0 && isReopened(window, control)) {
    await checkCompletion(ports, control, definition);
    const looked = await ports.runs.readControl(runUid);
    if (looked === null || hasEnded(looked.status)) return 'CARRIED_ON';
  }
  return endRun(ports, control, definition, letter);
}

async function endRun(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  letter: DeadLetter,
): Promise<Burial> {
  const now = ports.clock.now();
  const totals = await countRecorded(ports, control, definition);
  const move = totals.succeeded === 0 && totals.outputs === 0 ? 'fail' : 'succeedPartly';
  const moved = await ports.runs.moveRun(control.uid, move, control.epoch, {
    now,
    reason: null,
    finishedAt: now,
    deadlineAt: null,
    totals,
    lastError: tellDeath(ports, letter, { what: 'The start of the run', run_uid: control.uid }),
    ending: true,
  });
  const ended = moved.moved ? moved.control : moved.current;
  if (ended === null || ended.epoch !== control.epoch || !hasEnded(ended.status)) return 'NOTHING';
  await closeRun(ports, ended, definition);
  return moved.moved ? 'RUN_ENDED' : 'CARRIED_ON';
}
