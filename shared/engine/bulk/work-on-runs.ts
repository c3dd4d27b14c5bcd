import { type BulkFailure, RUNS_A_STEP } from '../../domain/bulk.ts';
import { asEngineError, EngineError, ERROR_CATALOGUE } from '../../domain/errors.ts';
import { BULK_STEP_MS } from '../../domain/timing.ts';
import { replayCallbacks } from '../callbacks/replay-callbacks.ts';
import type { Receipt } from '../messages.ts';
import { findRun } from '../read/find-run.ts';
import type { Run } from '../read/read-ports.ts';
import { reportError } from '../report-error.ts';
import { resumeRun } from '../runs/resume-run.ts';
import { retryRun } from '../runs/retry-run.ts';
import { stopRun } from '../runs/stop-run.ts';
import { settleAll } from '../settle-all.ts';
import type { BulkWorkPorts, StoredBulk } from './bulk-ports.ts';

/** What a step did: runs at the front of what is left of the part. */
interface Work {
  readonly done: number;
  readonly failures: readonly BulkFailure[];
  readonly partSize: number;
}

/** A message that failed so often fails the run that it fails for, so that the others go on. */
const PATIENT_RECEIVES = 4;

/**
 * Does the next runs of a bulk. A run that cannot be done is a failure with its reason. Each verb leaves the bulk's uid
 * in the run, in its own write: a repeated step finds it and changes nothing. A run with more callbacks than a step can
 * replay is left for the next step.
 */
export async function workOnRuns(ports: BulkWorkPorts, bulk: StoredBulk, receipt: Receipt): Promise<Work> {
  const part = await ports.bulks.readPart(bulk.uid, bulk.part);
  const runUids = part.slice(bulk.offset, bulk.offset + RUNS_A_STEP);
  const until = ports.clock.now() + BULK_STEP_MS;
  const attempt = (runUid: string) => tryRun(ports, bulk, runUid, { until, receipt });
  const outcomes: Outcome[] = [];
  if (bulk.action === 'replay_callbacks') {
    // One after the other: a replay may take all the time of a step.
    for (const runUid of runUids) {
      const outcome = await attempt(runUid);
      if (outcome === 'unfinished') break;
      outcomes.push(outcome);
      if (ports.clock.now() >= until) break;
    }
  } else {
    outcomes.push(...(await settleAll(runUids.map(attempt))));
  }
  const failures = outcomes.filter((outcome) => typeof outcome === 'object');
  return { done: outcomes.length - failures.length, failures, partSize: part.length };
}

type Outcome = 'done' | 'unfinished' | BulkFailure;

async function tryRun(
  ports: BulkWorkPorts,
  bulk: StoredBulk,
  runUid: string,
  { until, receipt }: { readonly until: number; readonly receipt: Receipt },
): Promise<Outcome> {
  try {
    const run = await findRun(ports, bulk.workspaceUid, runUid);
    return (await doAction(ports, bulk, run, until)) ? 'done' : 'unfinished';
  } catch (error) {
    const isRefusal = error instanceof EngineError && ERROR_CATALOGUE[error.label].status < 500;
    if (!isRefusal && receipt.count < PATIENT_RECEIVES) throw error;
    const { error_label: label, message } = reportError(ports, asEngineError(error), {
      run_uid: runUid,
      bulk_uid: bulk.uid,
    });
    return { runUid, label, message };
  }
}

/** False: there is more to do for this run. */
async function doAction(ports: BulkWorkPorts, { action, uid }: StoredBulk, run: Run, until: number): Promise<boolean> {
  const { definition } = run;
  switch (action) {
    case 'cancel':
      await stopRun(ports, definition, 'CANCELLED_BY_CALLER', uid);
      return true;
    case 'resume':
      await resumeRun(ports, definition, uid);
      return true;
    case 'retry':
      await retryRun(ports, definition, uid);
      return true;
    case 'replay_callbacks': {
      // The records of a replay follow from its seed: a repeat finds them.
      const seed = Buffer.from(uid.replaceAll('-', ''), 'hex');
      return (await replayCallbacks(ports, run, { statuses: ['FAILED'], seed, until })).isComplete;
    }
  }
}
