import { callApi } from '../api-call.ts';
import type { Deployment } from '../deployment.ts';
import { isFaultless, type Stage } from '../instance.ts';
import type { Observer } from '../observer.ts';
import type { Records } from '../records.ts';
import type { Truth } from '../truth.ts';
import { NOTIFICATION_CHECKS } from './notification-checks.ts';
import { NotificationWatch } from './notification-watch.ts';
import type { NotificationWorkload, SettingPlan } from './notification-workload.ts';

interface OpenHistory {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly observer: Observer;
  readonly records: Records;
  readonly truth: Truth;
}

/** The notifications of a history, from the first setting to their checks. */
export interface NotificationSupervision {
  isOver(): boolean;
  check(): void;
  /** The notifications of a workspace that are on record, replays too. */
  uidsOf(workspaceUid: string): readonly string[];
}

const DAY_MS = 86_400_000;

/** Sets the callers to work. Without faults each is answered as it should be. */
export function superviseNotifications(history: OpenHistory, workload: NotificationWorkload): NotificationSupervision {
  const { stage, deployment, observer, records, truth } = history;
  const watch = new NotificationWatch(stage, observer);
  let left = workload.plans.length + 1;
  for (const plan of workload.plans) {
    stage.timeline.after(plan.at, () => void set(history, plan).then(() => void (left -= 1)));
  }
  stage.timeline.after(workload.backAfterMs, () => {
    left -= 1;
    deployment.turnReceivers('well');
  });
  return {
    isOver: () => left === 0,
    check() {
      const waits = deployment.queues.traffic.messages().flatMap((message) => {
        if (message.kind !== 'page' || message.until === null || message.until % DAY_MS !== 0) return [];
        const owner = records.control(message.runUid)?.workspaceUid;
        const day = new Date(message.until - 1).toISOString().slice(0, 10);
        return owner === undefined ? [] : [{ workspace: Number(owner.at(-1)), day }];
      });
      const aftermath = {
        watch,
        workload,
        truth,
        records,
        letters: deployment.queues.letters,
        quotaRefusals: stage.quotaRefusals,
        waits,
        isCalm: isFaultless(stage),
        skewMs: stage.adversary.isOnFurther('clock_far_back') ? 66_000 : 6_000,
      };
      for (const { name, check } of NOTIFICATION_CHECKS) {
        for (const message of check(aftermath)) observer.violate(name, message);
      }
    },
    uidsOf: (workspaceUid) =>
      [...watch.records.values()].flatMap(({ record }) =>
        record.workspaceUid === workspaceUid && records.isNoted(record.uid) ? [record.uid] : [],
      ),
  };
}

async function set({ stage, deployment, observer }: OpenHistory, { workspace, set: body }: SettingPlan): Promise<void> {
  const method = body === null ? 'DELETE' : 'PUT';
  const request = { function: 'workspace', workspace, method, path: '/v1/notifications' } as const;
  const answer = await callApi(stage, deployment, body === null ? request : { ...request, body });
  const status = answer?.statusCode ?? null;
  stage.coverage.hit(`notifications:${method} ${status ?? 'untold'}`);
  const isRight = status === 200 || (body === null && status === 404);
  if (isFaultless(stage) && !isRight)
    observer.violate('settingsAreAnswered', `${method} /v1/notifications was answered ${status ?? 'nothing'}`);
}
