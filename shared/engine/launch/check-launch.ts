import { EngineError, FAULTS_TOLD, type ValidationError } from '../../domain/errors.ts';
import { isRunUid } from '../../domain/ids.ts';
import type { StoredInput } from '../../domain/input.ts';
import type { LaunchTerms } from '../../domain/launch-terms.ts';
import type { CallbackRequest, RunControl, RunDependency } from '../../domain/run.ts';
import { LONGEST_POSTPONE_DAYS } from '../../domain/timing.ts';
import type { UploadRef } from '../../domain/upload.ts';
import type { Action } from '../../sdk/action.ts';
import { checkCallback } from '../callbacks/check-callback.ts';
import { parametersRefused } from '../pages/schema-refusals.ts';
import type { CorePorts, Ports } from '../ports.ts';
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
export async function checkLaunch(
  ports: Pick<Ports, 'actions' | 'callbackPolicy'>,
  launch: Pick<Launch, 'workspaceUid' | 'actionName' | 'inputs' | 'parameters' | 'callback' | 'onInvalidInput'>,
  mode: 'async' | 'schedule',
): Promise<CheckedLaunch> {
  const action = findAction(ports, launch.actionName, mode);
  const parameters = action.parseParameters(launch.parameters);
  if (!parameters.ok) throw parametersRefused(parameters.errors);
  if (launch.callback !== null) await checkCallback(ports, launch.workspaceUid, launch.callback, 'callback.');
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
  const checked = await checkLaunch(ports, launch, 'async');
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
