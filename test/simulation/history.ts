import type { ConsumerSupervision } from './consumers/supervise-consumers.ts';
import type { DeletionSupervision } from './deletions/supervise-deletions.ts';
import type { Deployment } from './deployment.ts';
import type { Stage } from './instance.ts';
import type { LiveSupervision } from './live/supervise-live.ts';
import type { NotificationSupervision } from './notifications/supervise-notifications.ts';
import type { Observer } from './observer.ts';
import type { Records } from './records.ts';
import type { ScheduleSupervision } from './schedules/supervise-schedules.ts';
import type { Truth } from './truth.ts';
import type { UploadSupervision } from './uploads/supervise-uploads.ts';

/** A history under way: the deployment, its stage, the record of what really happened, and the observer of writes. */
export interface OpenHistory {
  readonly stage: Stage;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly deployment: Deployment;
  readonly records: Records;
  /** Null: the history has no schedules. */
  readonly schedules: ScheduleSupervision | null;
  /** Null: the history has no callers with keys, dependencies and replays. */
  readonly consumers: ConsumerSupervision | null;
  /** Null: the history has no live calls of this kind. */
  readonly live: LiveSupervision | null;
  /** Null: the history has no uploads. */
  readonly uploads: UploadSupervision | null;
  /** Null: nobody deletes a run. */
  readonly deletions: DeletionSupervision | null;
  /** Null: no workspace has notifications. */
  readonly notifications: NotificationSupervision | null;
}
