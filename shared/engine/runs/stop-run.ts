import { EngineError } from '../../domain/errors.ts';
import { isoOf } from '../../domain/instant.ts';
import { moveFrom, type StatusReasonCode } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { concludeRun, landedAt, sendFormerFinished } from './finish-run.ts';
import type { CorePorts } from '../ports.ts';

/** How many attempts a run may have: the number has six bits in the uid of its run.finished. */
export const MAX_ATTEMPTS = 63;

/**
 * Stops a run. No page starts from then on; pages under way may still be recorded, and run.finished follows when none
 * can. A stopped run is returned unchanged, and one that this bulk has stopped already. Throws INVALID_STATE for any
 * other status that cannot be stopped.
 */
export async function stopRun(
  ports: CorePorts,
  definition: RunDefinition,
  code: Extract<StatusReasonCode, 'CANCELLED_BY_CALLER' | 'DEADLINE'>,
  bulkUid: string | null = null,
): Promise<RunControl> {
  for (;;) {
    const control = await ports.runs.readControl(definition.uid);
    if (control === null) throw new EngineError('NOT_FOUND', 'The run no longer exists.');
    if (control.status === 'STOPPED' || isDoneBy(bulkUid, control)) return control;
    if (control.mode === 'LIVE' || moveFrom(control.status, 'stop') === null) throw refusal('cancel', control);
    await sendFormerFinished(ports, control, definition);
    const now = ports.clock.now();
    const stopped = await ports.runs.moveRun(control.uid, 'stop', control.epoch, {
      now,
      reason: { code, since: now, retryAt: null, blockingUids: [] },
      finishedAt: now,
      deadlineAt: null,
      deadlineLeftMs: null,
      newEpoch: true,
      ...(bulkUid === null ? {} : { bulkUid }),
    });
    if (!stopped.moved) continue; // another changed it meanwhile: read it again
    await ports.due.putDue({ at: landedAt(ports, stopped.control), kind: 'close', uid: control.uid });
    await concludeRun(ports, stopped.control, definition);
    return stopped.control;
  }
}

/** Whether that bulk has done its verb to the run, in whatever status the run is by now. */
export function isDoneBy(bulkUid: string | null, control: RunControl): boolean {
  return bulkUid !== null && control.bulkUid === bulkUid;
}

/** INVALID_STATE for a verb that the run's status does not allow. */
export function refusal(verb: 'cancel' | 'resume' | 'retry', control: RunControl): EngineError {
  const live = control.mode === 'LIVE' ? 'a live run' : `a run that is ${control.status}`;
  const message = `${verb} is not possible for ${live}; ${HINTS[verb]}.`;
  return new EngineError('INVALID_STATE', message, { params: { status: control.status } });
}

/** INVALID_STATE for a resume or retry that comes so late that the run would expire before its new deadline. */
export function tooLate(verb: 'resume' | 'retry', control: RunControl, until: number): EngineError {
  const gone = isoOf(control.expiresAt * 1_000);
  const message = `${verb} was possible until ${isoOf(until)}: the run is deleted at ${gone}, which would be before its new deadline. Start a new run.`;
  return new EngineError('INVALID_STATE', message, {
    params: { status: control.status, possible_until: isoOf(until) },
  });
}

const HINTS = {
  cancel: 'the run must be CREATED, BLOCKED, QUEUED, SCHEDULED or RUNNING',
  resume: 'the run must be STOPPED',
  retry: 'the run must be FAILED or PARTIAL_SUCCEEDED, and have failed inputs that were not refused as BAD_INPUT',
} as const;
