import { createHash } from 'node:crypto';
import type { PendingFire } from './schedule-record.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { DEFAULT_MAX_AGE_S } from './take-due.ts';

/** One call that the Scheduler makes under the schedule's role: to the target, or to its dead-letter queue. */
export interface SchedulerDelivery {
  readonly kind: 'target' | 'dead-letter';
  readonly arn: string;
  readonly roleArn: string;
  readonly input: string;
  readonly messageGroupId: string | null;
  /** Message attributes; only a dead letter has any. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly scheduleArn: string;
  readonly scheduleName: string;
  readonly groupName: string;
  readonly nominalMs: number;
  readonly executionId: string;
  readonly attempt: number;
}

/** Carries out a delivery. Whatever it throws is retried, unless the error has `retryable: false`. */
export type Deliver = (delivery: SchedulerDelivery) => Promise<void>;

/** AWS's default for MaximumRetryAttempts. */
const DEFAULT_RETRIES = 185;
const LONGEST_BACKOFF_MS = 300_000;

/** Makes one attempt at a pending invocation. A failed one is tried again later, or goes to the dead-letter queue. */
export async function deliverFire(context: SchedulerContext, fire: PendingFire, deliver: Deliver): Promise<void> {
  try {
    await deliver(describe(fire));
    context.state.removeFire(fire.id);
  } catch (error) {
    const exhausted = exhaustedBy(fire, error, context.now());
    if (exhausted === null) {
      const backoffMs = Math.min(1000 * 2 ** (fire.attempt - 1), LONGEST_BACKOFF_MS);
      context.state.putFire({ ...fire, attempt: fire.attempt + 1, dueAtMs: context.now() + backoffMs });
      return;
    }
    context.state.removeFire(fire.id);
    await sendToDeadLetters(fire, error, exhausted, deliver);
  }
}

/** Why there is no further attempt, as the value of a dead letter's attribute; null: there is one. */
function exhaustedBy(fire: PendingFire, error: unknown, nowMs: number): string | null {
  if (error instanceof Error && 'retryable' in error && error.retryable === false) return 'NotRetryable';
  const policy = fire.target.RetryPolicy;
  if (fire.attempt > (policy?.MaximumRetryAttempts ?? DEFAULT_RETRIES)) return 'MaximumRetryAttempts';
  const maxAgeMs = (policy?.MaximumEventAgeInSeconds ?? DEFAULT_MAX_AGE_S) * 1000;
  return nowMs - fire.nominalMs >= maxAgeMs ? 'MaximumEventAgeInSeconds' : null;
}

/**
 * Sends the invocation to the dead-letter queue. Throws where there is none or that fails too: it is lost, as on AWS.
 */
async function sendToDeadLetters(
  fire: PendingFire,
  error: unknown,
  exhausted: string,
  deliver: Deliver,
): Promise<void> {
  const arn = fire.target.DeadLetterConfig?.Arn;
  if (arn === undefined) {
    const message = `${fire.scheduleArn} was not delivered (${exhausted}) and has no dead-letter queue`;
    throw new Error(message, { cause: error });
  }
  const delivery = describe(fire);
  const attributes = {
    ERROR_CODE: error instanceof Error ? error.name : 'UnknownError',
    ERROR_MESSAGE: error instanceof Error ? error.message : String(error),
    EXECUTION_ID: delivery.executionId,
    EXHAUSTED_RETRY_CONDITION: exhausted,
    RETRY_ATTEMPTS: String(fire.attempt - 1),
    SCHEDULED_TIME: isoSeconds(fire.nominalMs),
    SCHEDULE_ARN: fire.scheduleArn,
    TARGET_ARN: fire.target.Arn,
  };
  await deliver({ ...delivery, kind: 'dead-letter', arn, messageGroupId: null, attributes });
}

function describe(fire: PendingFire): SchedulerDelivery {
  // The key is `group/name`, and neither part can hold a slash.
  const [groupName = '', scheduleName = ''] = fire.scheduleKey.split('/');
  const executionId = createHash('sha256').update(`${fire.id} ${fire.attempt}`).digest('hex').slice(0, 16);
  return {
    kind: 'target',
    arn: fire.target.Arn,
    roleArn: fire.target.RoleArn,
    input: fillPlaceholders(fire, executionId),
    messageGroupId: fire.target.SqsParameters?.MessageGroupId ?? null,
    attributes: {},
    scheduleArn: fire.scheduleArn,
    scheduleName,
    groupName,
    nominalMs: fire.nominalMs,
    executionId,
    attempt: fire.attempt,
  };
}

/** Context attributes in the input ("Adding context attributes", EventBridge Scheduler user guide). */
function fillPlaceholders(fire: PendingFire, executionId: string): string {
  return (fire.target.Input ?? '{}')
    .replaceAll('<aws.scheduler.schedule-arn>', fire.scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', isoSeconds(fire.nominalMs))
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(fire.attempt));
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
