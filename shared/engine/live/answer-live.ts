import { LIVE_WORK_MS } from '../../domain/timing.ts';
import { type CheckedCall, type LiveOutcome, type LivePorts } from './live-call.ts';
import { noSuchRun } from '../read/find-run.ts';
import { runLive } from './run-live.ts';
import { startLive, waitLive } from './wait-live.ts';

/**
 * Answers a live call: inline, or with `until` (epoch ms) by a queued page, for which it waits until then. A call with
 * an Idempotency-Key may follow an earlier one that was cut off: a run which that one queued is waited for, never begun
 * again. Two calls with one key may work at once if a clock went back during a lease: both answer with the run recorded
 * first.
 */
export async function answerLive(
  ports: LivePorts,
  call: CheckedCall,
  { uid, isKeyed, until }: { readonly uid: string; readonly isKeyed: boolean; readonly until: number | null },
): Promise<LiveOutcome> {
  // A call that continues an earlier one's queued run and gives no waiting time waits as long as it may.
  const patience = until ?? ports.clock.now() + LIVE_WORK_MS;
  const stored = isKeyed ? await ports.runs.readControl(uid) : null;
  if (stored !== null) return waitLive(ports, call.action, stored, patience);
  if (until !== null) return waitLive(ports, call.action, await startLive(ports, call, uid, isKeyed), patience);
  const outcome = await runLive(ports, call, { uid, kept: isKeyed });
  if (outcome !== null) return outcome;
  const recorded = await ports.runs.readControl(uid);
  if (recorded === null) throw noSuchRun(uid); // it was recorded by an earlier call, and deleted since
  return waitLive(ports, call.action, recorded, patience);
}
