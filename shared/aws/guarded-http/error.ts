import type { ActionFault } from '../../sdk/action-errors.ts';

/** Why a guarded exchange gave no answer. */
export type GuardedHttpErrorKind =
  | 'refused-address'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'aborted'
  | 'protocol'
  | 'too-large';

/** An exchange that gave no usable answer; the message is fit for the person who gave the URL. */
export class GuardedHttpError extends Error {
  override readonly name = 'GuardedHttpError';
  readonly kind: GuardedHttpErrorKind;
  /** What it means when an action lets it through: an address we refuse stays refused, a body too large stays so, all else may pass. */
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

/** The system's code of an error (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or its name where it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
