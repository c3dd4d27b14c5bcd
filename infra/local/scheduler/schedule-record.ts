import * as z from 'zod';

const arn = z
  .string()
  .regex(/^arn:aws[a-zA-Z-]*:[^:]*:[^:]*:[^:]*:.+$/, 'must be an ARN')
  .max(1600);

/** A target as Create/UpdateSchedule take it; of the templated parameters only SQS's are known here. */
const target = z.object({
  Arn: arn,
  RoleArn: arn,
  Input: z.string().max(262_144).optional(),
  DeadLetterConfig: z.object({ Arn: arn.optional() }).optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
  SqsParameters: z.object({ MessageGroupId: z.string().min(1).max(128).optional() }).optional(),
});

const flexibleTimeWindow = z
  .object({ Mode: z.enum(['OFF', 'FLEXIBLE']), MaximumWindowInMinutes: z.int().min(1).max(1440).optional() })
  .refine((window) => (window.Mode === 'FLEXIBLE') === (window.MaximumWindowInMinutes !== undefined), {
    message: 'MaximumWindowInMinutes is given exactly when Mode is FLEXIBLE',
  });

/** Names of schedules and groups (API reference: CreateSchedule). */
export const nameSchema = z.string().regex(/^[0-9a-zA-Z-_.]{1,64}$/, 'must be 1–64 of 0-9 a-z A-Z - _ .');

/** The body of CreateSchedule and UpdateSchedule with AWS's defaults. Dates are epoch seconds. */
export const scheduleBody = z.object({
  GroupName: nameSchema.default('default'),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  Description: z.string().max(512).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  FlexibleTimeWindow: flexibleTimeWindow,
  KmsKeyArn: arn.optional(),
  Target: target,
  ClientToken: z
    .string()
    .regex(/^[a-zA-Z0-9-_]{1,64}$/)
    .optional(),
});

export type ScheduleBody = z.infer<typeof scheduleBody>;

/** A stored schedule. `nextAtMs` is the next nominal time not yet taken up, null when none will come. */
export interface ScheduleRecord {
  readonly name: string;
  readonly arn: string;
  readonly body: ScheduleBody;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  readonly nextAtMs: number | null;
}

/** A stored schedule group. */
export interface GroupRecord {
  readonly name: string;
  readonly arn: string;
  readonly createdAtMs: number;
}

/** One invocation on its way: due at `dueAtMs`, with the target as it was at the nominal time. */
export interface PendingFire {
  readonly id: string;
  readonly scheduleKey: string;
  readonly scheduleArn: string;
  readonly target: ScheduleBody['Target'];
  readonly nominalMs: number;
  readonly attempt: number;
  readonly dueAtMs: number;
}

/** Schedules are kept by group and name. */
export function scheduleKey(group: string, name: string): string {
  return `${group}/${name}`;
}
