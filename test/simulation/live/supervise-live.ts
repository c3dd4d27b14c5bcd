import { callVerb } from '../callers.ts';
import type { Observer } from '../observer.ts';
import type { Records } from '../records.ts';
import { LIVE_CHECKS } from './live-checks.ts';
import { walkLive } from './live-caller.ts';
import type { LiveTruth } from './live-truth.ts';
import { LiveWatch } from './live-watch.ts';
import type { OpenLiveHistory } from './send-live.ts';
import type { LivePlan, LiveWorkload } from './live-workload.ts';

/** The live calls of a history, from the first of each walk to their checks. */
export interface LiveSupervision {
  isOver(): boolean;
  check(facts: { readonly isCalm: boolean; readonly isLate: boolean }): Promise<void>;
}

/** Sets the callers to work. */
export function superviseLive(
  history: Omit<OpenLiveHistory, 'live'> & { readonly observer: Observer; readonly records: Records },
  { plans }: LiveWorkload,
  stormMs: number,
): LiveSupervision {
  const { observer, records, stage, truth } = history;
  const stormEndedAt = stage.timeline.now() + stormMs;
  const watch = new LiveWatch(stage, observer);
  const live: LiveTruth = { calls: [], verbs: [] };
  let left = 0;
  const begin = (at: number, work: () => Promise<void>): void => {
    left += 1;
    stage.timeline.after(at, () => void work().then(() => void (left -= 1)));
  };
  for (const plan of plans) {
    begin(plan.at, () => walkLive({ ...history, live }, plan));
    for (const { after, verb } of plan.verbs) {
      begin(plan.at + after, () => useVerb({ ...history, live }, records, plan, verb));
    }
  }
  return {
    isOver: () => left === 0,
    async check(facts) {
      for (const { name, check } of LIVE_CHECKS) {
        const messages = await check({ ...facts, live, watch, records, truth, stormEndedAt });
        for (const message of messages) observer.violate(name, message);
      }
    },
  };
}

/** Uses a verb on the last run of a walk that was called for a page, if it is on record: as one would who finds it in a list. */
async function useVerb(
  { stage, deployment, truth, live }: OpenLiveHistory,
  records: Records,
  { workspace, script }: LivePlan,
  verb: LivePlan['verbs'][number]['verb'],
): Promise<void> {
  const runUid = truth.pages.findLast(({ key }) => key === script.key)?.runUid;
  if (runUid === undefined || records.control(runUid) === null) return;
  const asked: LiveTruth['verbs'][number] = { verb, runUid, sentAt: stage.timeline.now(), at: Infinity, status: null };
  live.verbs.push(asked);
  const answer = await callVerb(stage, deployment, truth, { verb, runUid, workspace });
  asked.at = stage.timeline.now();
  asked.status = answer?.status ?? null;
  stage.coverage.hit(`live:${verb} ${asked.status ?? 'none'}`);
}
