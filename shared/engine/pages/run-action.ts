import { boundWait } from '../../domain/asked-wait.ts';
import { EngineError } from '../../domain/errors.ts';
import { isoOf } from '../../domain/instant.ts';
import type { Action, ErasedContext } from '../../sdk/action.ts';
import { readActionFault } from '../../sdk/action-errors.ts';
import type { Clock, Ports, WorkspaceServices } from '../ports.ts';
import { checkPage } from './check-page.ts';
import { maskData, maskMessage, maskText, maskThrown } from './mask-thrown.ts';
import type { PageLog } from './page-log.ts';
import { inputRefused, parametersRefused } from './schema-refusals.ts';

/** A field of every log line by an action. It tells them from the engine's own lines, whose errors raise alarms. */
export const BY_ACTION = { logged_by: 'action' } as const;

/**
 * How one call of an action ended. `error` is what the input ends with if no attempt is left. `retryAt` (epoch ms) is
 * within the bounds of a first wait, whatever the action asked for.
 */
export type ActionResult =
  | { readonly kind: 'page'; readonly results: readonly unknown[]; readonly nextCursor: string | null }
  | { readonly kind: 'no_result'; readonly message: string }
  | { readonly kind: 'rate_limited'; readonly retryAt: number; readonly message: string }
  | { readonly kind: 'retryable'; readonly error: EngineError; readonly retryAt: number | null }
  | {
      readonly kind: 'permanent';
      readonly error: EngineError;
      /** The action was not called. */
      readonly refused?: true;
    };

/** One call of an action: a page of an input. */
export interface ActionCall {
  readonly action: Action;
  readonly runUid: string;
  readonly workspaceUid: string;
  readonly inputIndex: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly cursor: string | null;
  readonly page: number;
  readonly timeoutMs: number;
  /** A signal that ends the page as if its time were over. */
  readonly cut?: AbortSignal;
  /** Takes the lines that the action logs. */
  readonly log: Pick<PageLog, 'add'>;
}

/**
 * Runs one page of an action within its time. Once it has returned, the action's context refuses every use: a promise
 * that the action left behind may continue in a later, unrelated invocation and must not reach anything.
 */
export async function runAction(
  ports: Pick<Ports, 'clock' | 'log' | 'actionServices'>,
  call: ActionCall,
): Promise<ActionResult> {
  const { action, runUid, workspaceUid } = call;
  const parsed = action.parseInput(call.input);
  if (!parsed.ok) return { kind: 'permanent', error: inputRefused(parsed.errors), refused: true };
  const parameters = action.parseParameters(call.parameters);
  if (!parameters.ok) return { kind: 'permanent', error: parametersRefused(parameters.errors), refused: true };
  const services = ports.actionServices.forWorkspace(workspaceUid);
  const abort = new AbortController();
  const reads: Promise<unknown>[] = [];
  const context = contextOf(
    ports,
    { ...services, secret: noted((name) => services.secret(name), reads) },
    call,
    parsed.value,
    parameters.value,
    abort.signal,
  );
  let cancelTimer = (): void => undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    cancelTimer = ports.clock.after(call.timeoutMs, () => resolve('timeout'));
    call.cut?.addEventListener('abort', () => resolve('timeout'));
  });
  try {
    const run = ports.actionServices.enter({ runUid, workspaceUid }, () => action.run(context));
    const page = await Promise.race([run, timeout]);
    if (page === 'timeout') return timedOut(action, call.timeoutMs);
    const checked = checkPage(services, action, page);
    return checked instanceof EngineError ? { kind: 'permanent', error: checked } : { kind: 'page', ...checked };
  } catch (thrown) {
    return ofThrown(ports.clock, services, call, thrown);
  } finally {
    cancelTimer();
    abort.abort(call.cut?.aborted === true ? call.cut.reason : new Error('The page has ended.'));
    // Reads of secrets have no signal: one that is under way would go on in a later invocation.
    await Promise.allSettled(reads);
  }
}

/** The same function, whose promises are also put into a list. */
function noted(read: WorkspaceServices['secret'], reads: Promise<unknown>[]): WorkspaceServices['secret'] {
  return (name) => {
    const reading = read(name);
    reads.push(reading);
    return reading;
  };
}

function contextOf(
  ports: Pick<Ports, 'clock' | 'log'>,
  services: WorkspaceServices,
  call: ActionCall,
  input: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): ErasedContext {
  const open = (): void => signal.throwIfAborted();
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, data: Readonly<Record<string, unknown>> = {}): void => {
      if (signal.aborted) return;
      const about = { run_uid: call.runUid, action: call.action.name, input: call.inputIndex };
      const text = maskText(services, message);
      const masked = maskData(services, data);
      ports.log[level](text, { ...masked, ...about, ...BY_ACTION });
      call.log.add(level, text, masked);
    };
  return {
    input,
    parameters,
    cursor: call.cursor,
    page: call.page,
    pageSize: call.action.pageSize,
    signal,
    fetch: async (url, init = {}) => {
      open();
      const both = init.signal === undefined ? signal : AbortSignal.any([signal, init.signal]);
      return services.fetch(url, { ...init, signal: both });
    },
    secret: async (name) => {
      open();
      return services.secret(name);
    },
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    idempotencyKey: `${call.runUid}:${call.inputIndex}:${call.page}`,
    runUid: call.runUid,
    workspaceUid: call.workspaceUid,
    now: () => ports.clock.now(),
  };
}

function timedOut(action: Action, timeoutMs: number): ActionResult {
  const message = `The action ${action.name} did not finish the page within ${timeoutMs / 1_000} seconds.`;
  return { kind: 'retryable', error: new EngineError('UPSTREAM_TIMEOUT', message), retryAt: null };
}

function ofThrown(
  clock: Pick<Clock, 'now'>,
  services: WorkspaceServices,
  call: ActionCall,
  thrown: unknown,
): ActionResult {
  const fault = readActionFault(thrown);
  const message = maskMessage(services, fault?.message ?? '');
  const cause = maskThrown(services, thrown);
  const firstWait = { now: clock.now(), waitsBefore: 0, random: 0 };
  switch (fault?.kind) {
    case 'no_result':
      return { kind: 'no_result', message };
    case 'rate_limited': {
      const retryAt = boundWait(fault.retryAt ?? NaN, firstWait);
      if (retryAt !== null) return { kind: 'rate_limited', retryAt, message };
      // A limit without a usable time spends an attempt. The retry schedule decides when, but not before the floor.
      const soonest = boundWait(0, firstWait) ?? firstWait.now;
      const error = new EngineError('LIMIT_REACHED', message, { postponedUntil: isoOf(soonest) }, { cause });
      return { kind: 'retryable', error, retryAt: soonest };
    }
    case 'permanent':
      return { kind: 'permanent', error: new EngineError(fault.label, message, {}, { cause }) };
    case 'retryable': {
      const error = new EngineError('UPSTREAM_ERROR', message, {}, { cause });
      return { kind: 'retryable', error, retryAt: fault.retryAt === null ? null : boundWait(fault.retryAt, firstWait) };
    }
    case undefined: {
      const { name } = call.action;
      const unclassified = `The action ${name} failed with an unexpected error. Its text is in the log, under this error_ref.`;
      return {
        kind: 'retryable',
        error: new EngineError('ACTION_FAILED', unclassified, {}, { cause }),
        retryAt: null,
      };
    }
  }
}
