import type { ErrorLabel } from '../domain/errors.ts';

/**
 * What an action throws to say how its page ended. Each error carries a plain `actionError` field, and the engine reads
 * only that field, so an error made by another bundle's copy of this file is understood too.
 */

/** Labels of the catalogue that an action may end an input with. */
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
 * The upstream asks to wait: the page runs again at `retryAt` (a Date, epoch milliseconds or seconds; below 1e9 seconds from
 * now) and no try is spent. The engine keeps it within bounds: 1 s at least, more each time in a row, and 24 h at most. What
 * is no time, or is over a year away, spends a try instead, and the last one ends the input with LIMIT_REACHED.
 */
export class RateLimited extends ActionError {
  override readonly name = 'RateLimited';
  readonly actionError: ActionFault;
  constructor(retryAt: Date | number, message = 'the upstream limits its rate', options?: ErrorOptions) {
    super(message, options);
    this.actionError = { kind: 'rate_limited', message, retryAt: Number(retryAt) };
  }
}

/** May work later: the page is tried again, not before `retryAt` when given; its bounds are those of {@link RateLimited}. */
export class Retryable extends ActionError {
  override readonly name = 'Retryable';
  readonly actionError: ActionFault;
  constructor(message: string, options: ErrorOptions & { readonly retryAt?: Date | number } = {}) {
    super(message, options);
    const retryAt = options.retryAt === undefined ? null : Number(options.retryAt);
    this.actionError = { kind: 'retryable', message, retryAt };
  }
}

/** Will never work: the input ends FAILED with the label (default ACTION_FAILED) and is not tried again. */
export class Permanent extends ActionError {
  override readonly name = 'Permanent';
  readonly actionError: ActionFault;
  constructor(message: string, options: ErrorOptions & { readonly label?: PermanentLabel } = {}) {
    super(message, options);
    this.actionError = { kind: 'permanent', message, label: options.label ?? 'ACTION_FAILED' };
  }
}

/** There is nothing for this input: it SUCCEEDS without data (live: 424 NO_RESULT). */
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

/** The fault a thrown value declares, or null when it is unclassified (anything but the four errors above). */
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
