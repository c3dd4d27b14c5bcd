import { LIVE_WORK_MS } from '../../domain/timing.ts';
import { type CheckedCall, type LiveOutcome, type LivePorts } from './live-call.ts';
import { runLive } from './run-live.ts';
import { startLive, waitLive } from './wait-live.ts';

/**
 * Answers a live call: inline, or with `until` (epoch ms) by a queued page that is waited for so long. A call under a
 * key may find that an earlier one with it was cut off: a run it queued is waited for, never begun again. Two may be at
 * work at once where a clock went back under a lease: the run that was recorded first is the answer of both.
 */
export async function answerLive(
  ports: LivePorts,
  call: CheckedCall,
  { uid, isKeyed, until }: { readonly uid: string; readonly isKeyed: boolean; readonly until: number | null },
): Promise<LiveOutcome> {
  // Who carries on with a run that an earlier call queued, and does not say how long it waits, waits as long as it may.
  const patience = until ?? ports.clock.now() + LIVE_WORK_MS;
  const stored = isKeyed ? await ports.runs.readControl(uid) : null;
  if (stored !== null) return waitLive(ports, call.action, stored, patience);
  if (until !== null) return waitLive(ports, call.action, await startLive(ports, call, uid, isKeyed), patience);
  const outcome = await runLive(ports, call, { uid, kept: isKeyed });
  if (outcome !== null) return outcome;
  const recorded = await ports.runs.readControl(uid);
  if (recorded === null) throw new Error(`Run ${uid} was refused and is not there.`);
  return waitLive(ports, call.action, recorded, patience);
}
