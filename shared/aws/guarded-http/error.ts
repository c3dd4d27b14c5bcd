import type { ActionFault } from '../../sdk/action-errors.ts';

/** Why an exchange gave no usable answer. */
export type GuardedHttpErrorKind =
  | 'refused-address'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'aborted'
  | 'protocol'
  | 'too-large';

/** An exchange gave no usable answer. The message may be shown to the caller who chose the URL. */
export class GuardedHttpError extends Error {
  override readonly name = 'GuardedHttpError';
  readonly kind: GuardedHttpErrorKind;
  /**
   * What the error means if an action does not catch it: permanent for a refused address or too large a body, retryable
   * for all else.
   */
  readonly actionError: ActionFault;

  constructor(kind: GuardedHttpErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.actionError = faultOf(kind, message);
  }
}

function faultOf(kind: GuardedHttpErrorKind, message: string): ActionFault {
  if (kind === 'refused-address') return { kind: 'permanent', message, label: 'BAD_INPUT' };
  if (kind === 'too-large') return { kind: 'permanent', message, label: 'PAYLOAD_TOO_LARGE' };
  return { kind: 'retryable', message, retryAt: null };
}

/** The code of a system error (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or the error's name if it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
