import type { ErrorLabel } from '../domain/errors.ts';

/**
 * The errors that an action throws to tell the engine how its page ended. The engine reads only the plain field
 * `actionError`, so that it also understands an error made by another copy of this file.
 */

/** The labels with which an action may end an input. */
export type PermanentLabel = Extract<
  ErrorLabel,
  'ACTION_FAILED' | 'BAD_INPUT' | 'PAYLOAD_TOO_LARGE' | 'UPSTREAM_ERROR' | 'UPSTREAM_TIMEOUT'
>;

/** A thrown action error as plain data; times are epoch milliseconds. */
export type ActionFault =
  | { readonly kind: 'rate_limited'; readonly message: string; readonly retryAt: number | null }
  | { readonly kind: 'retryable'; readonly message: string; readonly retryAt: number | null }
  | { readonly kind: 'permanent'; readonly message: string; readonly label: PermanentLabel }
  | { readonly kind: 'no_result'; readonly message: string };

abstract class ActionError extends Error {
  abstract readonly actionError: ActionFault;
}

/**
 * The upstream limits its rate: the page runs again at `retryAt`, and no try is used up. `retryAt` is a Date, epoch
 * milliseconds or epoch seconds; a number below 1e9 is seconds from now. The engine waits at least 1 s, more each time
 * in a row, and at most 24 h. An invalid time, or one over a year away, uses up a try instead, and the last try ends
 * the input with LIMIT_REACHED.
 */
export class RateLimited extends ActionError {
  override readonly name = 'RateLimited';
  readonly actionError: ActionFault;
  constructor(retryAt: Date | number, message = 'the upstream limits its rate', options?: ErrorOptions) {
    super(message, options);
    this.actionError = { kind: 'rate_limited', message, retryAt: Number(retryAt) };
  }
}

/** May work later: the page is tried again, not before `retryAt` if given (forms and limits: {@link RateLimited}). */
export class Retryable extends ActionError {
  override readonly name = 'Retryable';
  readonly actionError: ActionFault;
  constructor(message: string, options: ErrorOptions & { readonly retryAt?: Date | number } = {}) {
    super(message, options);
    const retryAt = options.retryAt === undefined ? null : Number(options.retryAt);
    this.actionError = { kind: 'retryable', message, retryAt };
  }
}

/** Will never work: the input ends FAILED with this label (default ACTION_FAILED) and is not tried again. */
export class Permanent extends ActionError {
  override readonly name = 'Permanent';
  readonly actionError: ActionFault;
  constructor(message: string, options: ErrorOptions & { readonly label?: PermanentLabel } = {}) {
    super(message, options);
    this.actionError = { kind: 'permanent', message, label: options.label ?? 'ACTION_FAILED' };
  }
}

/** There is no result for this input: it ends SUCCEEDED without data (a live call gets 424 NO_RESULT). */
export class NoResult extends ActionError {
  override readonly name = 'NoResult';
  readonly actionError: ActionFault;
  constructor(message = 'the action found nothing', options?: ErrorOptions) {
    super(message, options);
    this.actionError = { kind: 'no_result', message };
  }
}

const LABELS: ReadonlySet<unknown> = new Set<PermanentLabel>([
  'ACTION_FAILED',
  'BAD_INPUT',
  'PAYLOAD_TOO_LARGE',
  'UPSTREAM_ERROR',
  'UPSTREAM_TIMEOUT',
]);

/** The `actionError` of a thrown value; null for anything but the four errors above. */
export function readActionFault(thrown: unknown): ActionFault | null {
  if (typeof thrown !== 'object' || thrown === null || !('actionError' in thrown)) return null;
  const fault = thrown.actionError;
  if (typeof fault !== 'object' || fault === null || !('kind' in fault) || !('message' in fault)) return null;
  const { kind } = fault;
  const message = typeof fault.message === 'string' ? fault.message : 'the action gave no message';
  const retryAt = 'retryAt' in fault && Number.isFinite(fault.retryAt) ? Number(fault.retryAt) : null;
  if (kind === 'no_result') return { kind, message };
  if (kind === 'permanent') {
    const label = 'label' in fault && isPermanentLabel(fault.label) ? fault.label : 'ACTION_FAILED';
    return { kind, message, label };
  }
  return kind === 'rate_limited' || kind === 'retryable' ? { kind, message, retryAt } : null;
}

function isPermanentLabel(label: unknown): label is PermanentLabel {
  return LABELS.has(label);
}
