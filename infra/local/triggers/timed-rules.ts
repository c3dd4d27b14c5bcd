import { randomUUID } from 'node:crypto';
import { readScheduleExpression } from '../scheduler/schedule-expression.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { TemplateError } from '../template/template-error.ts';
import type { TimedRulePlan } from '../template/system-plan.ts';

export interface TimedRulesOptions {
  readonly rules: readonly TimedRulePlan[];
  readonly functionOf: (arn: string) => FunctionHost;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The clock is read at least this often, because it may be set while a timer runs. */
const MAX_SLEEP_MS = 1_000;

/**
 * Fires rules on their schedules, in UTC, until the returned function is called. A `rate` also fires at once, as a rule
 * does when it is enabled. The invocations are asynchronous: nobody reads the function's answer.
 */
export function startTimedRules({ rules, functionOf, now }: TimedRulesOptions): () => void {
  const timers = new Set<NodeJS.Timeout>();
  for (const rule of rules) {
    const { kind, next } = readRule(rule, now());
    const arm = (dueAt: number | null): void => {
      if (dueAt === null) return;
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          if (now() < dueAt) return arm(dueAt);
          fire(rule, functionOf, now());
          arm(next(now()));
        },
        Math.min(MAX_SLEEP_MS, Math.max(0, dueAt - now())),
      );
      timers.add(timer);
    };
    arm(kind === 'rate' ? now() : next(now()));
  }
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}

function readRule({ name, expression }: TimedRulePlan, originMs: number) {
  try {
    return readScheduleExpression(expression, 'UTC', originMs);
  } catch (error) {
    throw new TemplateError(name, `ScheduleExpression "${expression}": ${String(error)}`);
  }
}

function fire(rule: TimedRulePlan, functionOf: (arn: string) => FunctionHost, at: number): void {
  const event = {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: LOCAL_ACCOUNT,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region: LOCAL_REGION,
    resources: [rule.arn],
    detail: {},
  };
  for (const { functionArn, input } of rule.targets) {
    void functionOf(functionArn).invoke(input === null ? event : JSON.parse(input));
  }
}
