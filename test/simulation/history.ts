import type { ConsumerSupervision } from './consumers/supervise-consumers.ts';
import type { Deployment } from './deployment.ts';
import type { Stage } from './instance.ts';
import type { LiveSupervision } from './live/supervise-live.ts';
import type { Observer } from './observer.ts';
import type { Records } from './records.ts';
import type { ScheduleSupervision } from './schedules/supervise-schedules.ts';
import type { Truth } from './truth.ts';
import type { UploadSupervision } from './uploads/supervise-uploads.ts';

/** A history under way: a deployment on its stage, what truly happened, and who looks on. */
export interface OpenHistory {
  readonly stage: Stage;
  readonly truth: Truth;
  readonly observer: Observer;
  readonly deployment: Deployment;
  readonly records: Records;
  /** Null: there are none in this history. */
  readonly schedules: ScheduleSupervision | null;
  /** Null: nobody is careful in this history. */
  readonly consumers: ConsumerSupervision | null;
  /** Null: nobody walks in this history. */
  readonly live: LiveSupervision | null;
  /** Null: nobody uploads in this history. */
  readonly uploads: UploadSupervision | null;
}
