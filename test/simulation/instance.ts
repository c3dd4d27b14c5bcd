import { type FunctionName, FUNCTIONS } from '../../shared/functions.ts';
import type { Clock, Log } from '../../shared/engine/ports.ts';
import type { Adversary } from './adversary.ts';
import type { AimedStrike, PointAim } from './aim.ts';
import type { Breakdowns } from './breakdowns.ts';
import type { Coverage } from './coverage.ts';
import { SeededRandom } from './random.ts';
import type { QuotaRefusal } from './notifications/notification-truth.ts';
import { type Outage, RetryQuota } from './outage.ts';
import type { CodeVersion, Rollout } from './rollout.ts';
import type { Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';

/** What all parts of a history share. */
export interface Stage {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly adversary: Adversary;
  readonly coverage: Coverage;
  readonly trace: Trace;
  /** How many calls were sent and not yet carried out, also of processes that have died. */
  readonly underWay: { calls: number };
  /** Calls that were still under way when their invocation answered. */
  readonly leftBehind: string[];
  /** Records that stale workers (frozen past their time) began to write. */
  readonly staleWrites: string[];
  /** Calls that were refused for a quota. */
  readonly quotaRefusals: QuotaRefusal[];
  /** Null: no deployment during the history. */
  readonly rollout: Rollout | null;
  /** Null: DynamoDB fails only by the adversary's faults. */
  readonly outage: Outage | null;
  /** Null: no function is broken for a longer time. */
  readonly breakdowns: Breakdowns | null;
  /** Null: no aimed fault. */
  readonly aimed: AimedStrike | null;
}

/** Whether no fault is on in the history; only callers, upstreams and receivers do unusual things. */
export function isFaultless({ adversary, breakdowns, aimed }: Stage): boolean {
  return breakdowns === null && aimed === null && adversary.kinds().length + adversary.furtherKinds().length === 0;
}

/** Whether calls that were carried out may be reported as failed, and so are repeated. */
export function isRepeated({ adversary, breakdowns, aimed }: Stage): boolean {
  const byAim = aimed?.aim.outcome === 'applied_but_failed';
  return byAim || adversary.isOn('applied_but_failed') || (breakdowns?.repeats ?? false);
}

/** How a call fails: not carried out, throttled, or carried out with the answer lost. */
export type CallFault = 'failed' | 'throttled' | 'applied_but_failed';

/** How often an SDK client makes a call that fails. */
const SDK_ATTEMPTS = 3;

/** The setting on which the page worker's time depends. */
export const PAGE_TIMEOUT = { pageTimeoutSeconds: 60 };

/** Writes of new records that no sweep checks if they come late: a stale worker must not make them. */
const NEVER_LATE: ReadonlySet<string> = new Set(['page PutItem S P', 'callback PutItem S C']);
/** Far more than the timeout of any function, even with a clock that jumps back. */
const LONG_PAST_MS = 300_000;

/** Functions whose work is taken over by another invocation if they freeze; API functions are just killed. */
const isWorker = (name: FunctionName): boolean => !FUNCTIONS[name].grants.some((grant) => grant === 'answerCalls');

/**
 * One execution environment of a function: a clock of its own, one invocation at a time, and it can die at any call.
 */
export class Instance {
  readonly name: string;
  readonly functionName: FunctionName;
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: CodeVersion;
  isAlive = true;
  isBusy = false;
  readonly #stage: Stage;
  readonly #quota = new RetryQuota();
  #skewMs = 0;
  /** Counts invocations, so that a timeout strikes only its own. */
  #invocation = 0;
  #invokedAt = 0;
  /** A large page is written to the bucket first; a worker frozen after that still writes its page record. */
  #writesObject = false;
  #onDeath: (() => void) | null = null;
  /** Calls of this process without an answer yet. */
  readonly #unanswered = new Map<number, string>();
  #calls = 0;
  /** Until when the process is frozen (epoch ms). */
  #frozenUntil = 0;
  /** Callbacks that were due between invocations, while Lambda freezes the process; run in the next invocation. */
  #thaw: (() => void)[] = [];

  constructor(stage: Stage, functionName: FunctionName, number: number) {
    this.#stage = stage;
    this.functionName = functionName;
    this.name = `${functionName}-${number}`;
    this.random = new SeededRandom(stage.seed, this.name);
    const { timeline, adversary, trace } = stage;
    this.version = stage.rollout?.draw() ?? 1;
    if (adversary.strikes('clock_skew')) this.#skewMs = (adversary.int(0, 1) * 2 - 1) * adversary.amount(100, 5_000);
    this.clock = {
      now: () => {
        if (adversary.strikes('clock_jump_back')) this.#skewMs -= adversary.amount(10, 2_000);
        if (adversary.strikesFurther('clock_far_back')) this.#skewMs = -adversary.amount(1_000, 60_000);
        return Math.round(timeline.now()) + (adversary.isCalm ? 0 : this.#skewMs);
      },
      after: (ms, callback) => {
        let isWanted = true; // also where it is due and waits for its process to wake
        const stop = timeline.after(ms, () => this.#whenRunning(() => isWanted && callback()));
        return () => {
          isWanted = false;
          stop();
        };
      },
    };
    const line = (message: string): void => trace.add(`${this.name} says: ${message}`);
    this.log = { debug: line, info: line, warn: line, error: line };
  }

  /**
   * Runs an invocation; null where it failed or the process died before its answer. Kills it at the function's timeout,
   * unless it is frozen: then it goes on whenever it wakes.
   */
  async invoke<Answer>(timeoutMs: number, handle: () => Promise<Answer>): Promise<Answer | null> {
    this.isBusy = true;
    this.#invocation += 1;
    const invocation = this.#invocation;
    const { timeline } = this.#stage;
    this.#invokedAt = timeline.now();
    this.#writesObject = false;
    const died = new Promise<null>((resolve) => {
      this.#onDeath = () => resolve(null);
    });
    const stopTimer = timeline.after(timeoutMs, () => {
      if (this.#invocation !== invocation || this.#frozenUntil > timeline.now()) return;
      this.#stage.coverage.hit('killed at its timeout');
      this.die('timed out');
    });
    for (const happen of this.#thaw.splice(0)) happen();
    try {
      return await Promise.race([handle(), died]);
    } catch (error) {
      this.#stage.trace.add(`${this.name} fails: ${String(error)}`);
      return null;
    } finally {
      stopTimer();
      this.isBusy = false;
      if (this.isAlive) this.#noteLeftBehind();
    }
  }

  /** What still runs freezes here. An action's request may: it was told to stop, and nothing waits for it. */
  #noteLeftBehind(): void {
    const left = [...this.#unanswered.values()].filter((point) => !point.startsWith('POST '));
    if (left.length > 0) this.#stage.leftBehind.push(`${this.name} left ${left.join(', ')} behind`);
  }

  /** When its invocation began, on the true clock. */
  get invokedAt(): number {
    return this.#invokedAt;
  }

  die(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#stage.trace.add(`${this.name} dies: ${why}`);
    this.#onDeath?.();
  }

  /**
   * A call to a service, the only place where an invocation waits: here time passes and faults strike. `perform`
   * carries it out at once; `refuse` makes the error of a fault. Calls are retried as the SDK does.
   */
  call<Answer>(
    point: string,
    perform: () => Promise<Answer>,
    refuse: (fault: CallFault) => Answer | Error,
    attempt = 1,
    id = (this.#calls += 1),
  ): Promise<Answer> {
    const { timeline, adversary, coverage, trace, outage, breakdowns, aimed } = this.#stage;
    const at = `${this.functionName} ${point}`;
    if (point === 'PutObject') this.#writesObject = true;
    const tookMs = timeline.now() - this.#invokedAt;
    if (attempt === 1 && tookMs > LONG_PAST_MS && NEVER_LATE.has(at) && !this.#writesObject && this.isAlive) {
      this.#stage.staleWrites.push(`${this.name} came to ${point} after ${Math.round(tookMs / 1_000)} s`);
    }
    if (!adversary.isCalm) coverage.hit(`point:${at}`);
    const hit = (outcome: string): void => coverage.hit(`outcome:${at}:${outcome}`);
    const broken = adversary.isCalm ? null : (breakdowns?.breakageOf(this.functionName, point) ?? null);
    const isAimed = (outcome: PointAim['outcome']): boolean => this.isAlive && aimed?.strikes(at, outcome) === true;
    if (broken === 'crash_before' || adversary.strikes('crash_before') || isAimed('crash_before')) {
      hit('crash_before');
      this.die(`before ${point}`);
      return new Promise(() => undefined);
    }
    this.#unanswered.set(id, point);
    const answered = (): void => void this.#unanswered.delete(id);
    return new Promise<Answer>((resolve, reject) => {
      const fail = (fault: CallFault): void => {
        hit(fault);
        trace.add(`${this.name} ${point}: ${fault}`);
        const isRetried = (): boolean =>
          outage === null ? !adversary.isCalm && adversary.int(0, 3) > 0 : this.#quota.take();
        if (attempt < SDK_ATTEMPTS && isRetried()) {
          const again = (): void => void this.call(point, perform, refuse, attempt + 1, id).then(resolve, reject);
          timeline.after(adversary.amount(20, 500), () => this.#whenRunning(again));
          return;
        }
        const answer = refuse(fault);
        this.#whenRunning(() => {
          answered();
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
      };
      // A call that was sent is carried out even if its sender dies meanwhile.
      this.#stage.underWay.calls += 1;
      timeline.after(this.#delay(), () => {
        this.#stage.underWay.calls -= 1;
        if (outage?.refuses(point) === true) return fail('failed');
        if (broken === 'throttled' || adversary.strikes('throttled')) return fail('throttled');
        if (broken === 'failed' || adversary.strikes('failed')) return fail('failed');
        perform().then(
          (answer) => {
            this.#quota.give(attempt);
            if (
              (broken === 'crash_after' || adversary.strikes('crash_after') || isAimed('crash_after')) &&
              this.isAlive
            ) {
              hit('crash_after');
              return this.die(`after ${point}`);
            }
            if (
              broken === 'applied_but_failed' ||
              adversary.strikes('applied_but_failed') ||
              isAimed('applied_but_failed')
            )
              return fail('applied_but_failed');
            if (isWorker(this.functionName) && adversary.strikes('frozen_worker')) this.#freeze();
            this.#whenRunning(() => {
              answered();
              resolve(answer);
            });
          },
          (error: unknown) => {
            answered();
            reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      });
    });
  }

  #delay(): number {
    const { adversary } = this.#stage;
    if (adversary.strikes('lambda_timeout')) return adversary.amount(30_000, 80_000);
    if (adversary.strikes('slow_call')) return adversary.amount(200, 60_000);
    return adversary.latency();
  }

  #freeze(): void {
    const ms = this.#stage.adversary.amount(60_000, 1_200_000);
    this.#frozenUntil = this.#stage.timeline.now() + ms;
    this.#stage.trace.add(`${this.name} freezes for ${Math.round(ms / 1_000)} s`);
  }

  /**
   * Now if an invocation runs, when it wakes if it is frozen, in the next invocation if none runs, never if it died.
   */
  #whenRunning(happen: () => void): void {
    if (!this.isAlive) return;
    const { timeline } = this.#stage;
    if (this.#frozenUntil > timeline.now()) {
      timeline.after(this.#frozenUntil - timeline.now(), () => this.#whenRunning(happen));
    } else if (this.isBusy) happen();
    else this.#thaw.push(happen);
  }
}
