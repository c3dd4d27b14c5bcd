import { LIST_INDEX_ATTRIBUTES } from '../../shared/api/list-index.ts';
import { LONGEST_LIFE_DAYS, LONGEST_POSTPONE_DAYS } from '../../shared/domain/timing.ts';
import type { StageSettings } from '../settings.ts';

/**
 * What a stage's table and bucket must be like: for the construct that makes them, and for the owner's command that
 * checks those which a restore or a former stage made.
 */

/**
 * The table's keys, all strings, and those of its index. Neither these nor the index's attributes can be changed in
 * place. Another key of the table makes CloudFormation replace the table by an empty one (AWS::DynamoDB::GlobalTable,
 * KeySchema: "Replacement"); DynamoDB can add and delete an index, but not change its keys or attributes (UpdateTable,
 * GlobalSecondaryIndexUpdates). A new index needs a name of its own, is made beside this one by one deployment, and
 * this one is removed by the next. A guard test holds them.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;
/** The index that lists runs, schedules and callbacks of a workspace. */
export const LIST_INDEX = {
  name: 'list',
  partition: 'lpk',
  sort: 'lsk',
  attributes: LIST_INDEX_ATTRIBUTES,
} as const;

/** Items are deleted some time after the second that this attribute has. */
export const TTL_ATTRIBUTE = 'expires_at';

export type ObjectPrefix = 'pages' | 'inputs' | 'incoming' | 'uploads';

/**
 * What was put and not launched is gone at the midnight after its day (S3 user guide, "Lifecycle rules: based on an
 * object's age").
 */
const INCOMING_DAYS = 1;

/**
 * For how many days objects of each prefix are kept. A page is written once its run has begun, and may be needed until
 * the run's life and retention are over; what a launch stores may wait for a postponed start besides.
 */
export function daysKept({ runtime }: StageSettings): Readonly<Record<ObjectPrefix, number>> {
  const pageDays = LONGEST_LIFE_DAYS + runtime.retentionDays + 1;
  const launchDays = LONGEST_POSTPONE_DAYS + pageDays;
  return { pages: pageDays, inputs: launchDays, uploads: launchDays, incoming: INCOMING_DAYS };
}

/** Whose pages may use the bucket by a signed URL: those of this deployment, and those that may call the API. */
export function originsOf({ corsOrigins }: StageSettings, publicUrl: string): readonly string[] {
  return [publicUrl, ...(corsOrigins ?? [])];
}

/** What they may do: put an upload, and get an object. */
export const CORS = {
  methods: ['PUT', 'GET'],
  headers: ['If-None-Match', 'Content-Type'],
  maxAgeSeconds: 3_600,
} as const;
