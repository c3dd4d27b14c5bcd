import { checkCallback } from '../callbacks/check-callback.ts';
import { type LaunchTerms, termsOf } from '../../domain/launch-terms.ts';
import { sealCallback, type SealPorts } from './seal-callback.ts';
import { FIRST_RUN_CHECK_MS, MAX_DELAY_MS, LONGEST_POSTPONE_DAYS } from '../../domain/timing.ts';
import { expiryOfRun } from '../../domain/expiry.ts';
import { EngineError, type ErrorRecord, FAULTS_TOLD, type ValidationError } from '../../domain/errors.ts';
import { isRunUid, runUidOf } from '../../domain/ids.ts';
import type { StoredInput } from '../../domain/input.ts';
import {
  type CallbackRequest,
  NO_TOTALS,
  type RunControl,
  type RunDefinition,
  type RunDependency,
} from '../../domain/run.ts';
import type { UploadRef } from '../../domain/upload.ts';
import type { Action } from '../../sdk/action.ts';
import { refuseDeleted } from '../deletion/refuse-deleted.ts';
import { firstPage, ONLY_INPUT } from '../runs/open-input.ts';
import type { CorePorts, Ports } from '../ports.ts';
import type { DueEntry } from '../stores/due-store.ts';
import { type Message } from '../messages.ts';
import { parametersRefused } from '../pages/run-action.ts';
import { reportError } from '../report-error.ts';
import { checkPages, takePlace } from '../quotas.ts';
import { settleAll } from '../settle-all.ts';

/** A launch as its caller requested it. */
export interface Launch extends LaunchTerms {
  readonly workspaceUid: string;
  readonly actionName: string;
  /** The action's inputs, each with its `custom_data` in it. */
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly callback: CallbackRequest | null;
  readonly name: string | null;
  readonly dependsOn: readonly RunDependency[];
  /** The run does not start before this time (epoch ms); null: at once. */
  readonly scheduleAt: number | null;
  /** The upload with the inputs; `inputs` is empty then. Absent: they are in `inputs`. */
  readonly upload?: UploadRef;
}

/** The ports of accepting a run. */
export type LaunchPorts = Pick<CorePorts, 'clock' | 'random' | 'log' | 'runs' | 'quotas' | 'messages' | 'settings'> &
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
 * A run as its launch created it, whatever happened since; null: there is no run with that uid. Throws NOT_FOUND for one
 * that was deleted.
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
  return { control: newControl(launched, invalid), definition };
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
  const control = newControl(definition, invalid);
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

/** A launch that was checked against its action: what is needed to make a run, or a schedule's runs. */
export interface CheckedLaunch {
  readonly action: Action;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly StoredInput[];
  readonly refused: RefusedInputs;
}

/**
 * Checks a launch before anything is written. Throws ACTION_NOT_FOUND, BAD_INPUT, BAD_PARAMETERS, PAYLOAD_TOO_LARGE.
 */
export function checkLaunch(
  ports: Pick<Ports, 'actions' | 'callbackPolicy'>,
  launch: Pick<Launch, 'actionName' | 'inputs' | 'parameters' | 'callback' | 'onInvalidInput'>,
  mode: 'async' | 'schedule',
): CheckedLaunch {
  const action = findAction(ports, launch.actionName, mode);
  const parameters = action.parseParameters(launch.parameters);
  if (!parameters.ok) throw parametersRefused(parameters.errors);
  if (launch.callback !== null) checkCallback(ports, launch.callback, 'callback.');
  const inputs = launch.inputs.map(storedInput);
  const refused = checkInputs(action, inputs);
  if (refused.count > 0 && launch.onInvalidInput === 'reject') throw inputsRefused(refused);
  return { action, parameters: parameters.value, inputs, refused };
}

/** A launch of a run that was checked against its action and the runs that it depends on. */
export interface CheckedRun extends CheckedLaunch {
  /** The runs it depends on, in the order of `dependsOn`. */
  readonly dependencies: readonly RunControl[];
}

/** Checks all that a run is refused for before anything is written. Throws as {@link startRun}. */
export async function checkRun(ports: CheckRunPorts, launch: Launch): Promise<CheckedRun> {
  const checked = checkLaunch(ports, launch, 'async');
  checkScheduleAt(launch.scheduleAt, ports.clock.now());
  return { ...checked, dependencies: await findDependencies(ports, launch) };
}

/** The ports of checking a launch. */
export type CheckRunPorts = Pick<CorePorts, 'clock' | 'runs'> & Pick<Ports, 'actions' | 'callbackPolicy'>;

const YEAR_MS = LONGEST_POSTPONE_DAYS * 86_400_000;

function checkScheduleAt(scheduleAt: number | null, now: number): void {
  if (scheduleAt === null || (scheduleAt > now - 60_000 && scheduleAt <= now + YEAR_MS)) return;
  const message = `schedule_at must be between now and a year from now; it is ${new Date(scheduleAt).toISOString()}`;
  throw new EngineError('BAD_INPUT', message, { validationErrors: [{ path: 'schedule_at', message }] });
}

/** A run may depend on runs of its own workspace only. Another workspace's run counts as one that does not exist. */
async function findDependencies(ports: Pick<CorePorts, 'runs'>, launch: Launch): Promise<RunControl[]> {
  const controls = await settleAll(
    launch.dependsOn.map(async ({ uid }) => (isRunUid(uid) ? ports.runs.readControl(uid) : null)),
  );
  return controls.map((control, index) => {
    if (control?.workspaceUid === launch.workspaceUid) return control;
    throw new EngineError(
      'NOT_FOUND',
      `depends_on[${index}]: the run ${launch.dependsOn[index]?.uid ?? ''} does not exist.`,
    );
  });
}

/** The action of that name, if it may be used in that mode. Throws ACTION_NOT_FOUND, BAD_INPUT. */
export function findAction(ports: Pick<Ports, 'actions'>, name: string, mode: Action['modes'][number]): Action {
  const action = ports.actions.get(name);
  if (action === null) {
    throw new EngineError(
      'ACTION_NOT_FOUND',
      `The action ${name} does not exist; GET /v1/actions lists the actions of this deployment.`,
    );
  }
  if (!action.modes.includes(mode)) {
    throw new EngineError(
      'BAD_INPUT',
      `The action ${name} does not support the mode ${mode}; it supports ${action.modes.join(' and ')}.`,
    );
  }
  return action;
}

/** Separates `custom_data` from the input, because the action never sees it. */
export function storedInput(given: Readonly<Record<string, unknown>>): StoredInput {
  // Not copied where possible: a hundred thousand copies would cost more than all checks.
  if (!('custom_data' in given)) return { input: given, customData: null };
  const { custom_data: customData = null, ...input } = given;
  // cast: the schema of the request lets only objects (or nothing) through as custom_data
  return { input, customData: customData as StoredInput['customData'] };
}

/** The most results of an input: the caller's `max_results`, or the action's default. */
export function maxResultsOf(action: Action, parameters: Readonly<Record<string, unknown>>): number {
  const wanted = parameters['max_results'];
  return typeof wanted === 'number' ? wanted : action.maxResults.default;
}

function newControl(definition: RunDefinition, invalid: ErrorRecord | null): RunControl {
  const { createdAt: now, scheduleAt } = definition;
  const postponed = invalid === null && scheduleAt !== null && scheduleAt > now;
  const status = invalid !== null ? 'INVALID' : postponed ? 'SCHEDULED' : 'CREATED';
  const reason = { code: 'SCHEDULED_START', since: now, retryAt: scheduleAt, blockingUids: [] } as const;
  const created = { status: 'CREATED', at: now, reason: null } as const;
  const moved = { status, at: now, reason: postponed ? reason.code : null } as const;
  return {
    uid: definition.uid,
    workspaceUid: definition.workspaceUid,
    actionName: definition.actionName,
    mode: definition.mode,
    name: definition.name,
    scheduledRunUid: definition.scheduledRunUid,
    status,
    reason: postponed ? reason : null,
    epoch: 1,
    restartEpoch: 0,
    attempt: 1,
    inputsTotal: definition.inputsTotal,
    totals: invalid === null ? NO_TOTALS : { ...NO_TOTALS, failed: definition.inputsTotal },
    totalsEpoch: 0,
    callsBack: definition.callback !== null,
    usageBefore: null,
    deliveredEpoch: 0,
    retryCount: 0,
    lastError: invalid,
    lastInfo: null,
    deadlineAt: null,
    deadlineLeftMs: null,
    waitedMs: 0,
    dependenciesWaived: false,
    postponedUntil: postponed ? scheduleAt : null,
    createdAt: now,
    startedAt: null,
    finishedAt: invalid === null ? null : now,
    updatedAt: now,
    history: status === 'CREATED' ? [created] : [created, moved],
    expiresAt: definition.expiresAt,
  };
}

/** The inputs that an action refuses. */
export interface RefusedInputs {
  readonly count: number;
  readonly total: number;
  /** The first {@link FAULTS_TOLD} faults. */
  readonly errors: readonly ValidationError[];
}

/**
 * Checks inputs against the action's schema. Their sizes are checked with the request. The first hundred faults are
 * listed, the other refused inputs only counted.
 */
export function checkInputs(action: Action, inputs: readonly StoredInput[]): RefusedInputs {
  const errors: ValidationError[] = [];
  let count = 0;
  for (const [index, { input }] of inputs.entries()) {
    if (action.takesInput(input)) continue;
    count += 1;
    if (errors.length === FAULTS_TOLD) continue;
    const parsed = action.parseInput(input);
    for (const { path, message } of parsed.ok ? [] : parsed.errors) {
      if (errors.length === FAULTS_TOLD) break;
      errors.push({ path: path === '' ? `inputs[${index}]` : `inputs[${index}].${path}`, message });
    }
  }
  return { count, total: inputs.length, errors };
}

export function inputsRefused({ count, total, errors }: RefusedInputs): EngineError {
  const first = errors[0];
  const message = `${count} of ${total} inputs ${count === 1 ? 'is' : 'are'} invalid. First: ${first === undefined ? '' : `${first.path}: ${first.message}`}`;
  return new EngineError('BAD_INPUT', message, { params: { invalid_inputs: count }, validationErrors: errors });
}
