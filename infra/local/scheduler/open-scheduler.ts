import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { deliverFire } from './deliver-fire.ts';
import type { Deliver } from './deliver-fire.ts';
import { handleSchedulerRequest } from './handle-scheduler-request.ts';
import type { SchedulerRequest, SchedulerResponse } from './handle-scheduler-request.ts';
import { ensureDefaultGroup } from './schedule-groups.ts';
import type { SchedulerContext } from './scheduler-context.ts';
import { SchedulerState } from './scheduler-state.ts';
import { removeCompleted, takeDue } from './take-due.ts';

export interface SchedulerOptions {
  /** Folder of the log, or null to keep everything in memory. */
  readonly dir: string | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly deliver: Deliver;
  readonly region?: string;
  readonly account?: string;
  /** Fires up to 60 s late and sometimes twice, as AWS may; the same seed does the same. */
  readonly chaos?: { readonly seed: number };
  /** Called for each invocation that is given up and reached no dead-letter queue. */
  readonly onLost?: (error: unknown) => void;
}

/** A stand-in for EventBridge Scheduler on this machine. */
export interface LocalScheduler {
  handle(request: SchedulerRequest): Promise<SchedulerResponse>;
  /** Fires everything due by now; resolves when each attempt has been made. */
  tick(): Promise<void>;
  /** Begins to tick by itself. */
  start(): void;
  close(): Promise<void>;
}

const TICK_EVERY_MS = 250;
/** Most deliveries at once. */
const MAX_DELIVERIES = 32;

/**
 * Opens the Scheduler on its folder; what was pending when it was last closed or killed is delivered by the next tick.
 */
export function openScheduler(options: SchedulerOptions): LocalScheduler {
  const { dir, now, region = LOCAL_REGION, account = LOCAL_ACCOUNT } = options;
  const context: SchedulerContext = {
    state: new SchedulerState(dir),
    now,
    arnPrefix: `arn:aws:scheduler:${region}:${account}`,
  };
  ensureDefaultGroup(context);
  context.state.flush();
  let last: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  /** One tick at a time; a failed one does not stop the next. */
  const tick = (): Promise<void> => {
    const run = (): Promise<void> => tickOnce(context, options);
    last = last.then(run, run);
    return last;
  };
  const tickOn = async (): Promise<void> => {
    await tick();
    if (timer !== null) timer = setTimeout(() => void tickOn(), TICK_EVERY_MS);
  };

  return {
    // Synchronous inside; a promise because the gateway awaits every service alike.
    async handle(request) {
      const response = handleSchedulerRequest(context, request);
      context.state.flush();
      return response;
    },
    tick,
    start() {
      timer ??= setTimeout(() => void tickOn(), 0);
    },
    async close() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await last;
      context.state.flush();
    },
  };
}

async function tickOnce(context: SchedulerContext, options: SchedulerOptions): Promise<void> {
  takeDue(context, options.chaos ?? null);
  // Written before anything is sent: after a kill in between, a fire is delivered twice and never lost.
  context.state.flush();
  const nowMs = context.now();
  const due = [...context.state.fires.values()]
    .filter((fire) => fire.dueAtMs <= nowMs)
    .sort((a, b) => a.dueAtMs - b.dueAtMs);
  for (let start = 0; start < due.length; start += MAX_DELIVERIES) {
    const attempts = due
      .slice(start, start + MAX_DELIVERIES)
      .map((fire) => deliverFire(context, fire, options.deliver));
    for (const outcome of await Promise.allSettled(attempts)) {
      if (outcome.status === 'rejected') options.onLost?.(outcome.reason);
    }
    context.state.flush();
  }
  removeCompleted(context);
  context.state.flush();
}
