import { type ErrorRecord } from '../../domain/errors.ts';
import { expiryOfRun } from '../../domain/expiry.ts';
import { runUidOf } from '../../domain/ids.ts';
import type { StoredInput } from '../../domain/input.ts';
import { termsOf } from '../../domain/launch-terms.ts';
import { createdControl, NO_TOTALS, type RunControl, type RunDefinition } from '../../domain/run.ts';
import { FIRST_RUN_CHECK_MS, MAX_DELAY_MS } from '../../domain/timing.ts';
import { refuseDeleted } from '../deletion/refuse-deleted.ts';
import type { Message } from '../messages.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { checkPages, type QuotaPorts, takePlace } from '../quotas.ts';
import { reportError } from '../report-error.ts';
import { firstPage, ONLY_INPUT } from '../runs/open-input.ts';
import type { DueEntry } from '../stores/due-store.ts';
import { checkRun, inputsRefused, type Launch, maxResultsOf } from './check-launch.ts';
import { sealCallback, type SealPorts } from './seal-callback.ts';

/** The ports of accepting a run. */
export type LaunchPorts = Pick<CorePorts, 'clock' | 'random' | 'log' | 'runs' | 'messages' | 'settings'> &
  QuotaPorts &
  Pick<Ports, 'actions' | 'callbackPolicy'> &
  SealPorts;

const UID_BYTES = 10;

/**
 * Accepts a run. Everything is checked before anything is written, and the run is written before its first message is
 * sent. `newUid` gives the run's uid; it is called after the checks and before the writes. Throws ACTION_NOT_FOUND,
 * BAD_INPUT, BAD_PARAMETERS, NOT_FOUND (a dependency), PAYLOAD_TOO_LARGE.
 */
export async function startRun(
  ports: LaunchPorts,
  launch: Launch,
  newUid: () => Promise<string> = async () => runUidOf(ports.random.bytes(UID_BYTES)),
): Promise<{ readonly control: RunControl; readonly definition: RunDefinition }> {
  const { action, parameters, inputs, refused } = await checkRun(ports, launch);
  const now = ports.clock.now();
  await checkPages(ports, launch.workspaceUid);
  const uid = await newUid();
  await takePlace(ports, { kind: 'runs_waiting', workspaceUid: launch.workspaceUid, uid });
  const startsAt = Math.max(now, launch.scheduleAt ?? now);
  // Kept for the retention time after the last moment at which it may work.
  const expiresAt = expiryOfRun(startsAt, launch.deadlineSeconds, ports.settings.retentionDays);
  const definition: RunDefinition = {
    uid,
    workspaceUid: launch.workspaceUid,
    actionName: action.name,
    mode: 'ASYNC',
    name: launch.name,
    parameters,
    maxResults: maxResultsOf(action, parameters),
    callback: await sealCallback(ports, launch.callback, { runUid: uid }),
    ...termsOf(launch),
    dependsOn: launch.dependsOn,
    scheduleAt: launch.scheduleAt,
    inputsTotal: inputs.length,
    ...(launch.upload === undefined ? {} : { upload: launch.upload }),
    scheduledRunUid: null,
    livePage: null,
    scheduledRunName: null,
    createdAt: now,
    expiresAt,
  };
  const noneGood = inputs.length > 0 && refused.count === inputs.length;
  const invalid = !noneGood ? null : reportError(ports, inputsRefused(refused), { run_uid: uid });
  const control = await commitRun(ports, definition, inputs, invalid);
  return { control, definition };
}

/**
 * A run as its launch created it, whatever happened since; null: there is no run with that uid. Throws NOT_FOUND for
 * one that was deleted.
 */
export async function findLaunched(
  ports: Pick<CorePorts, 'runs'>,
  uid: string,
): Promise<{ readonly control: RunControl; readonly definition: RunDefinition } | null> {
  const current = await ports.runs.readControl(uid);
  if (current === null) await refuseDeleted(ports, uid);
  const definition = current === null ? null : await ports.runs.readDefinition(uid);
  if (current === null || definition === null) return null;
  const launched = definition.upload === undefined ? definition : { ...definition, inputsTotal: 0 };
  const invalid = current.status === 'INVALID' && definition.upload === undefined ? current.lastError : null;
  return { control: launchedControl(launched, invalid), definition };
}

/**
 * Writes a run, then sends its first message if it starts soon. Idempotent: a second call only sends the message again.
 */
export async function commitRun(
  ports: Pick<CorePorts, 'runs' | 'messages'>,
  definition: RunDefinition,
  inputs: readonly StoredInput[],
  invalid: ErrorRecord | null,
): Promise<RunControl> {
  const { uid, workspaceUid, createdAt, scheduleAt } = definition;
  const control = launchedControl(definition, invalid);
  const startsAt = Math.max(createdAt, scheduleAt ?? createdAt);
  const due: DueEntry[] = [{ at: startsAt + FIRST_RUN_CHECK_MS, kind: 'watch', uid }];
  if (control.status === 'SCHEDULED') due.push({ at: startsAt, kind: 'start', uid });
  const created = await ports.runs.createRun({ definition, control, inputs, due });
  // An upload is counted at once, even if its run starts later.
  const waitMs = control.status === 'SCHEDULED' && definition.upload === undefined ? startsAt - createdAt : 0;
  // A queue can delay the message up to 15 min, so that the run starts to the second. Later starts are the sweep's.
  if (waitMs > MAX_DELAY_MS) return control;
  const delayMs = waitMs > 0 ? { delayMs: waitMs } : {};
  await ports.messages.send(beginning(control, definition, created === 'exists'), { workspaceUid, ...delayMs });
  return control;
}

/** The first message. A run of one input without dependencies begins with its page, whose worker lays the run out. */
function beginning({ status }: RunControl, definition: RunDefinition, again: boolean): Message {
  const { uid, inputsTotal, dependsOn } = definition;
  const atOnce = status === 'CREATED' && inputsTotal === 1 && dependsOn.length === 0;
  return atOnce ? firstPage(uid, 1, ONLY_INPUT, again) : { kind: 'dispatch', runUid: uid, epoch: 1 };
}

/** The control record of a launched run: CREATED, INVALID if it was refused, or SCHEDULED if it starts later. */
function launchedControl(definition: RunDefinition, invalid: ErrorRecord | null): RunControl {
  const created = createdControl(definition);
  const { createdAt: now, scheduleAt, inputsTotal } = definition;
  if (invalid !== null) {
    return {
      ...created,
      status: 'INVALID',
      totals: { ...NO_TOTALS, failed: inputsTotal },
      lastError: invalid,
      finishedAt: now,
      history: [...created.history, { status: 'INVALID', at: now, reason: null }],
    };
  }
  if (scheduleAt === null || scheduleAt <= now) return created;
  const reason = { code: 'SCHEDULED_START', since: now, retryAt: scheduleAt, blockingUids: [] } as const;
  return {
    ...created,
    status: 'SCHEDULED',
    reason,
    postponedUntil: scheduleAt,
    history: [...created.history, { status: 'SCHEDULED', at: now, reason: reason.code }],
  };
}
