import { hash } from 'node:crypto';
import type { ErrorRecord } from './errors.ts';
import { FIRE_REASONS, type Fire, type FireOutcome, type FireReason } from './fire.ts';
import { deriveUid, runUidOf } from './ids.ts';
import { isoOf } from './instant.ts';
import type { RunControl, RunDefinition } from './run.ts';
import type { RunStatus } from './run-status.ts';
import type { ReachedQuota } from './quota.ts';
import { hostUrl, receiverUrl } from './receiver.ts';
import type { Schedule } from './schedule.ts';

/** The events that a workspace can be notified of. */
export const NOTIFICATION_TYPES = [
  'run.failed',
  'run.stopped_by_deadline',
  'schedule.missed',
  'schedule.skipped',
  'receiver.away',
  'receiver.back',
  'quota.reached',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** Where a workspace's notifications go, and of which events. */
export interface NotificationSetting {
  readonly workspaceUid: string;
  readonly url: string;
  /** The caller's headers, sealed under the workspace's uid; null: there are none. */
  readonly sealedHeaders: string | null;
  readonly on: readonly NotificationType[];
  /** Since when each of these events is asked for (epoch ms): by this setting, or by those before it. */
  readonly since: Readonly<Partial<Record<NotificationType, number>>>;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** How many skips of a schedule in a row make an event: the one that completes them, and none of those after it. */
export const SKIPS_IN_A_ROW = 3;

/** What a notification says of its run. */
interface NotifiedRun {
  readonly uid: string;
  readonly name: string | null;
  readonly actionName: string;
  readonly status: RunStatus;
  readonly attempt: number;
  readonly scheduledRunUid: string | null;
  readonly tags: readonly string[];
}

/** What a notification says of its schedule and the time that did not fire. */
interface NotifiedFire {
  readonly schedule: Pick<Schedule, 'uid' | 'name' | 'actionName'>;
  readonly uid: string;
  readonly nominalAt: number;
  readonly outcome: FireOutcome;
  readonly reason: FireReason | null;
}

/** What a notification says of a receiver. `isHost`: all receivers of the host, as several of them gave no answer. */
interface NotifiedReceiver {
  readonly url: string;
  readonly isHost: boolean;
  /** Epoch ms. */
  readonly awaySince: number;
}

/** Something that a workspace is notified of, as it is stored; `at` in epoch ms. */
export type NotificationEvent = { readonly at: number } & (
  | { readonly type: 'run.failed'; readonly run: NotifiedRun; readonly error: ErrorRecord | null }
  | { readonly type: 'run.stopped_by_deadline'; readonly run: NotifiedRun; readonly deadlineSeconds: number }
  | { readonly type: 'schedule.missed' | 'schedule.skipped'; readonly fire: NotifiedFire }
  | { readonly type: 'receiver.away' | 'receiver.back'; readonly receiver: NotifiedReceiver }
  | {
      readonly type: 'quota.reached';
      readonly quota: ReachedQuota;
    }
);

/**
 * The uid of an event's notification. It follows from the workspace and what happened, so an event that is noted twice
 * is one notification. `name` tells events of one type apart.
 */
export function notificationUid(workspaceUid: string, type: NotificationType, name: string): string {
  const root = runUidOf(hash('sha256', `notification of ${workspaceUid}: ${type} ${name}`, 'buffer'));
  return deriveUid(root, 'notification');
}

/** What tells the ends of runs apart: each attempt of a run ends once. */
export function endingName(runUid: string, attempt: number): string {
  return `${runUid} ${attempt}`;
}

/** The event of a run's end; null: nobody is notified of such an end. The caller of a live run has had its answer. */
export function endingEvent(ended: RunControl, definition: RunDefinition): NotificationEvent | null {
  if (ended.mode === 'LIVE') return null;
  const run = {
    uid: ended.uid,
    name: ended.name,
    actionName: ended.actionName,
    status: ended.status,
    attempt: ended.attempt,
    scheduledRunUid: ended.scheduledRunUid,
    tags: definition.tags,
  };
  const at = ended.finishedAt ?? ended.updatedAt;
  if (ended.status === 'FAILED' || ended.status === 'INVALID') {
    return { type: 'run.failed', at, run, error: ended.lastError };
  }
  if (ended.status !== 'STOPPED' || ended.reason?.code !== 'DEADLINE') return null;
  return { type: 'run.stopped_by_deadline', at, run, deadlineSeconds: definition.deadlineSeconds };
}

/** The event of a time that did not fire. */
export function fireEvent(
  type: 'schedule.missed' | 'schedule.skipped',
  { uid, name, actionName }: Schedule,
  fire: Fire,
): NotificationEvent {
  const { nominalAt, outcome, reason, at } = fire;
  return { type, at, fire: { schedule: { uid, name, actionName }, uid: fire.uid, nominalAt, outcome, reason } };
}

/** Whether an event is about the receiver that it would be told to: it would wait for the end of what it tells. */
export function isAboutOwnReceiver(event: NotificationEvent, notifiedUrl: string): boolean {
  if (event.type !== 'receiver.away' && event.type !== 'receiver.back') return false;
  const { url, isHost } = event.receiver;
  return url === (isHost ? hostUrl(notifiedUrl) : receiverUrl(notifiedUrl));
}

/** The body of a notification. Deterministic: every build gives the same bytes. */
export function notificationBody(workspaceUid: string, refUid: string, event: NotificationEvent): string {
  return JSON.stringify({
    type: event.type,
    callback_ref_uid: refUid,
    workspace_uid: workspaceUid,
    ...contentOf(event),
    occurred_at: isoOf(event.at),
  });
}

function contentOf(event: NotificationEvent): object {
  switch (event.type) {
    case 'run.failed':
      return { run: runContent(event.run), error: event.error };
    case 'run.stopped_by_deadline':
      return { run: runContent(event.run), deadline_seconds: event.deadlineSeconds };
    case 'schedule.missed':
    case 'schedule.skipped':
      return fireContent(event.fire);
    case 'receiver.away':
    case 'receiver.back': {
      const { url, isHost, awaySince } = event.receiver;
      return { receiver: { url, is_host: isHost, away_since: isoOf(awaySince) } };
    }
    case 'quota.reached': {
      const { name, limit, resetsAt } = event.quota;
      return { quota: { name, limit, resets_at: resetsAt === null ? null : isoOf(resetsAt) } };
    }
  }
}

function runContent({ uid, name, actionName, status, attempt, scheduledRunUid, tags }: NotifiedRun): object {
  return {
    run_uid: uid,
    name,
    status,
    attempt,
    action_name: actionName,
    scheduled_run_uid: scheduledRunUid,
    tags,
  };
}

function fireContent({ schedule, uid, nominalAt, outcome, reason }: NotifiedFire): object {
  return {
    schedule: { scheduled_run_uid: schedule.uid, name: schedule.name, action_name: schedule.actionName },
    fire: {
      uid,
      nominal_at: isoOf(nominalAt),
      outcome,
      reason: reason === null ? null : { code: reason, message: FIRE_REASONS[reason] },
    },
  };
}
