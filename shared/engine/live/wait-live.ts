import { FIRST_LIVE_CHECK_MS } from '../../domain/timing.ts';
import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl } from '../../domain/run.ts';
import type { Action } from '../../sdk/action.ts';
import { refuseDeleted } from '../deletion/refuse-deleted.ts';
import { handOver } from './hand-over.ts';
import { type CheckedCall, liveOutcome, type LiveOutcome, type LivePorts } from './live-call.ts';
import { begunControl, liveDefinition, QUEUED_DEADLINE_S } from './live-record.ts';
import { firstPage, ONLY_INPUT, openingOfOne } from '../runs/open-input.ts';
import { noSuchRun } from '../read/find-run.ts';
import { checkPages } from '../quotas.ts';
import type { DueEntry } from '../stores/due-store.ts';

/** Gaps between reads of the run grow by half each, from the first to the last: 56 reads in 25 s, at most 7 RCU/s. */
const FIRST_GAP_MS = 50;
const LAST_GAP_MS = 500;

/**
 * Begins the run of a live call whose page is queued. Its window is open from the start, and it takes no slot.
 * Idempotent: a second call with the same uid only sends the page again, because an existing run may be this call's own
 * write, repeated by the SDK. With `again`, or where the run existed, the page's worker reads the page record first.
 */
export async function startLive(ports: LivePorts, call: CheckedCall, uid: string, again: boolean): Promise<RunControl> {
  const { action, workspaceUid, page } = call;
  await checkPages(ports, workspaceUid); // the page itself is counted when it starts
  const definition = liveDefinition(ports, call, uid, {
    // What is left of the ceiling if the pages before this one were full.
    maxResults: Math.max(0, action.maxResults.ceiling - page.number * action.pageSize),
    deadlineSeconds: QUEUED_DEADLINE_S,
    livePage: page,
  });
  const { createdAt, expiresAt } = definition;
  const control = begunControl(definition, createdAt + QUEUED_DEADLINE_S * 1_000);
  await ports.progress.openWindow(uid, openingOfOne(1), expiresAt);
  const due: DueEntry[] = [{ at: createdAt + FIRST_LIVE_CHECK_MS, kind: 'watch', uid }];
  const created = await ports.runs.createRun({ definition, control, inputs: [call.stored], due });
  await ports.messages.send(firstPage(uid, 1, ONLY_INPUT, again || created === 'exists'), { workspaceUid });
  return control;
}

/**
 * Waits for a live run until `until` (epoch ms) and returns its page. Later than that, the run is handed over as ASYNC.
 */
export async function waitLive(
  ports: LivePorts,
  action: Action,
  begun: RunControl,
  until: number,
): Promise<LiveOutcome> {
  let control = begun;
  for (let gap = FIRST_GAP_MS; ; gap = Math.min(LAST_GAP_MS, gap * 1.5)) {
    const outcome = await outcomeOf(ports, action, control);
    if (outcome !== null) return outcome;
    const left = until - ports.clock.now();
    if (left <= 0) break;
    await new Promise<void>((resolve) => {
      ports.clock.after(Math.min(gap, left), resolve);
    });
    const read = await ports.runs.readControl(begun.uid);
    if (read === null) throw noSuchRun(begun.uid); // it has ended and was deleted meanwhile
    control = read;
  }
  const outcome = await outcomeOf(ports, action, await handOver(ports, control));
  if (outcome === null) throw new Error(`Run ${begun.uid} neither ended nor was handed over.`);
  return outcome;
}

/**
 * Repeats the answer to a live call by its run's uid; null where there is no answer yet, or no such run. Throws
 * NOT_FOUND for a run that was deleted.
 */
export async function recallLive(ports: LivePorts, action: Action, uid: string): Promise<LiveOutcome | null> {
  const control = await ports.runs.readControl(uid);
  if (control === null) await refuseDeleted(ports, uid);
  return control === null ? null : outcomeOf(ports, action, control);
}

/** Null while the run is at work and its caller may still wait. */
async function outcomeOf(ports: LivePorts, action: Action, control: RunControl): Promise<LiveOutcome | null> {
  const { uid, mode, status } = control;
  if (mode === 'ASYNC') {
    const definition = await ports.runs.readDefinition(uid);
    if (definition === null) throw new Error(`Run ${uid} has no definition.`);
    const begun = begunControl(definition, null);
    return { kind: 'handed_over', definition, control: { ...begun, mode: 'ASYNC' } };
  }
  if (!hasEnded(status)) return null;
  const page = await ports.progress.readPage(uid, 0, 0);
  if (page === null) throw new Error(`Run ${uid} ended and its page is not there.`);
  return liveOutcome(action, control, page.pageRecord.outcome, page.results);
}
