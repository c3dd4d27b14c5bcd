import type { DryRun } from '../../domain/dry-run.ts';
import { estimateRun } from '../../domain/estimate.ts';
import type { StatusReason } from '../../domain/run-status.ts';
import { wouldWait } from '../../domain/would-wait.ts';
import type { CorePorts } from '../ports.ts';
import { checkQuotas } from '../quotas.ts';
import { settleAll } from '../settle-all.ts';
import type { WorkspaceLimits } from '../stores/admission-store.ts';
import { mostCalls, warnOfDeadline } from './deadline-warning.ts';
import { findUpload, type UploadLaunchPorts } from './find-upload.ts';
import {
  type CheckedLaunch,
  type CheckedRun,
  checkRun,
  type CheckRunPorts,
  type Launch,
  maxResultsOf,
} from './check-launch.ts';

/** The ports of a dry run: nothing of them is written to. */
export type DryRunPorts = CheckRunPorts & Pick<CorePorts, 'settings' | 'admission' | 'quotas'>;

const QUOTAS_OF_RUNS = ['pages_per_day', 'runs_waiting'] as const;

/**
 * What a launch of a run would do. Refused for whatever the launch would be refused for, but for inputs that its action
 * refuses: these are counted. An upload is looked for and not read.
 */
export async function dryRunLaunch(ports: DryRunPorts, launch: Launch): Promise<DryRun> {
  const checked = await checkRun(ports, acceptingAll(launch));
  await checkQuotas(ports, launch.workspaceUid, QUOTAS_OF_RUNS);
  const [limits, waits] = await settleAll([
    ports.admission.readLimits(launch.workspaceUid),
    findWait(ports, launch, checked),
  ]);
  return reportOf(ports, launch, checked, limits, waits);
}

/** The same over an upload. Throws NOT_FOUND, INVALID_STATE, PAYLOAD_TOO_LARGE for it. */
export async function dryRunUpload(
  ports: DryRunPorts & UploadLaunchPorts,
  launch: Launch,
  uploadUid: string,
): Promise<DryRun> {
  await findUpload(ports, launch.workspaceUid, uploadUid);
  const checked = await checkRun(ports, launch);
  await checkQuotas(ports, launch.workspaceUid, QUOTAS_OF_RUNS);
  const waits = await findWait(ports, launch, checked);
  return { valid: null, invalid: null, validationErrors: [], estimate: null, wouldWait: waits, warnings: [] };
}

async function findWait(
  ports: DryRunPorts,
  { workspaceUid, scheduleAt, dependsOn }: Launch,
  { dependencies }: CheckedRun,
): Promise<StatusReason | null> {
  const [limits, slots] = await settleAll([
    ports.admission.readLimits(workspaceUid),
    ports.admission.listSlots(workspaceUid),
  ]);
  return wouldWait({
    now: ports.clock.now(),
    startsAt: scheduleAt,
    dependencies: dependencies.map(({ uid, status }, index) => ({
      uid,
      require: dependsOn[index]?.require ?? 'success',
      status,
    })),
    slots: { taken: slots.length, limit: limits.runsAtOnce },
  });
}

/** The launch without its refusal of bad inputs. */
export function acceptingAll<Asked extends Pick<Launch, 'onInvalidInput'>>(launch: Asked): Asked {
  return { ...launch, onInvalidInput: 'skip' };
}

/** What is said of a launch that was checked. */
export function reportOf(
  ports: Pick<DryRunPorts, 'settings'>,
  { inputs, callback, deadlineSeconds }: Pick<Launch, 'inputs' | 'callback' | 'deadlineSeconds'>,
  { action, parameters, refused }: CheckedLaunch,
  { inputsInFlight }: WorkspaceLimits,
  waits: StatusReason | null,
): DryRun {
  const valid = inputs.length - refused.count;
  const { pace, pageSize, typicalPage } = action;
  const estimate = estimateRun({
    inputs: valid,
    inputsOfOneKey: pace === null || pace.by === null ? valid : mostCalls(action, inputs),
    maxResults: maxResultsOf(action, parameters),
    pageSize,
    pace,
    typicalPage,
    callbacks: callback === null ? 'none' : callback.on,
    inputsInFlight,
    inputsAPlace: ports.settings.inputsAPlace,
    retentionDays: ports.settings.retentionDays,
  });
  return {
    valid,
    invalid: refused.count,
    validationErrors: refused.errors,
    estimate,
    wouldWait: valid === 0 ? null : waits,
    warnings: warnOfDeadline(action, { inputs, deadlineSeconds }),
  };
}
