import { termsOf } from '../../domain/launch-terms.ts';
import { EngineError, type ErrorRecord } from '../../domain/errors.ts';
import { expiryOfRun } from '../../domain/expiry.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { Schedule, ScheduleDefinition } from '../../domain/schedule.ts';
import type { Action } from '../../sdk/action.ts';
import { parametersRefused } from '../pages/schema-refusals.ts';
import type { ScheduledRunPorts } from './schedule-ports.ts';
import { checkInputs, inputsRefused, maxResultsOf } from '../launch/check-launch.ts';
import { commitRun } from '../launch/start-run.ts';
import { reportError } from '../report-error.ts';
import { nextCheck } from '../runs/check-times.ts';

const ALL = Number.MAX_SAFE_INTEGER;
/** A launch that takes longer puts a new check: the run's first check comes after twice this time. */
const SLOW_MS = 60_000;

/**
 * Starts a run of a schedule under the given uid. Idempotent. What a launch would refuse, an action that is gone or
 * inputs that are no longer valid, makes an INVALID run. Null: it was started before, and deleted since.
 */
export async function startScheduledRun(
  ports: ScheduledRunPorts,
  schedule: Schedule,
  made: { readonly runUid: string; readonly definitionRef: string; readonly inputsRef: string },
): Promise<{ readonly control: RunControl; readonly definition: RunDefinition } | null> {
  const { runUid } = made;
  const found = await ports.runs.readOrDeleted(runUid);
  if (found !== null && found.deletion !== null) return null;
  const stored = found?.control ?? null;
  const known = stored === null ? null : await ports.runs.readDefinition(runUid);
  if (stored !== null && known !== null) {
    if (stored.status === 'CREATED') {
      await ports.due.putDue({ at: nextCheck(ports.clock.now()), kind: 'watch', uid: runUid });
      await sendDispatch(ports, stored);
    }
    return { control: stored, definition: known };
  }
  const { definition: template, inputs } = await readTemplate(ports, schedule, made);
  const action = ports.actions.get(schedule.actionName);
  const checked = check(action, schedule, template, inputs);
  const now = ports.clock.now();
  const definition: RunDefinition = {
    uid: runUid,
    workspaceUid: schedule.workspaceUid,
    actionName: schedule.actionName,
    mode: 'ASYNC',
    name: schedule.name,
    parameters: checked.parameters,
    maxResults: action === null ? 0 : maxResultsOf(action, checked.parameters),
    callback: template.callback,
    ...termsOf(template),
    dependsOn: [],
    scheduleAt: null,
    inputsTotal: inputs.length,
    scheduledRunUid: schedule.uid,
    livePage: null,
    scheduledRunName: schedule.name,
    createdAt: now,
    expiresAt: expiryOfRun(now, template.deadlineSeconds, ports.settings.retentionDays),
  };
  const invalid: ErrorRecord | null =
    checked.fault === null ? null : reportError(ports, checked.fault, { run_uid: runUid, schedule_uid: schedule.uid });
  const control = await commitRun(ports, definition, inputs, invalid);
  const then = ports.clock.now();
  // The sweep may have made its check before the run existed, and deleted the entry.
  if (then > now + SLOW_MS) await ports.due.putDue({ at: nextCheck(then), kind: 'watch', uid: runUid });
  return { control, definition };
}

async function sendDispatch(
  ports: Pick<ScheduledRunPorts, 'messages'>,
  { uid, epoch, workspaceUid }: RunControl,
): Promise<void> {
  await ports.messages.send({ kind: 'dispatch', runUid: uid, epoch }, { workspaceUid });
}

/**
 * The definition and inputs that the decision named; where they have expired after an update, the schedule's current
 * ones.
 */
async function readTemplate(
  ports: ScheduledRunPorts,
  schedule: Schedule,
  made: { readonly definitionRef: string; readonly inputsRef: string },
): Promise<{ readonly definition: ScheduleDefinition; readonly inputs: readonly StoredInput[] }> {
  for (const refs of [made, schedule]) {
    const definition = await ports.schedules.readDefinition(schedule.uid, refs.definitionRef);
    const inputs = await ports.schedules.readInputs(schedule.uid, refs.inputsRef, 0, ALL);
    if (definition !== null && inputs.length > 0) return { definition, inputs };
  }
  throw new Error(`Schedule ${schedule.uid} lacks what its runs are made of.`);
}

function check(
  action: Action | null,
  { actionName }: Schedule,
  template: ScheduleDefinition,
  inputs: readonly StoredInput[],
): { readonly parameters: Readonly<Record<string, unknown>>; readonly fault: EngineError | null } {
  const { parameters: given, onInvalidInput } = template;
  if (action === null || !action.modes.includes('schedule')) {
    const message = `The action ${actionName} is no longer available for schedules.`;
    return { parameters: given, fault: new EngineError('ACTION_NOT_FOUND', message) };
  }
  const parameters = action.parseParameters(given);
  if (!parameters.ok) return { parameters: given, fault: parametersRefused(parameters.errors) };
  const refused = checkInputs(action, inputs);
  const isInvalid = refused.count === inputs.length || (refused.count > 0 && onInvalidInput === 'reject');
  return { parameters: parameters.value, fault: isInvalid ? inputsRefused(refused) : null };
}
