/** What an error is about: the first thing for a caller to look at. */
export type ErrorScope = 'auth' | 'input' | 'parameters' | 'action' | 'receiver' | 'limit' | 'state' | 'server';

/** What the catalogue says of a label. */
export interface CatalogueEntry {
  readonly status: number;
  readonly scope: ErrorScope;
  /** The scope where a callback's receiver failed; absent: the label does not speak of receivers. */
  readonly receiverScope?: ErrorScope;
  readonly retryable: boolean;
  readonly description: string;
}

/** The one catalogue: every label an error may carry, with its HTTP status, scope and whether trying again may help. */
export const ERROR_CATALOGUE = {
  BAD_INPUT: entry(
    400,
    'input',
    false,
    'The body, the query, a header or the cursor is invalid. The message says where, and what is allowed.',
  ),
  BAD_PARAMETERS: entry(400, 'parameters', false, 'The action does not accept these `parameters`.'),
  UNAUTHORIZED: entry(401, 'auth', false, 'The API key is missing, malformed, unknown, revoked or expired.'),
  FORBIDDEN: entry(403, 'auth', false, 'The API key does not have the required scope, which is in `params.scope`.'),
  RECEIVER_NOT_ALLOWED: entry(
    403,
    'receiver',
    false,
    'The deployment sends no callbacks of this workspace to this host any more. Nothing was sent.',
  ),
  NOT_FOUND: entry(404, 'input', false, 'The path, or the object in this workspace, does not exist.'),
  ACTION_NOT_FOUND: entry(404, 'action', false, 'This deployment has no action with this name.'),
  METHOD_NOT_ALLOWED: entry(
    405,
    'input',
    false,
    'The path does not support this method. The `Allow` header lists the methods that it supports.',
  ),
  NOT_ACCEPTABLE: entry(406, 'input', false, 'None of the media types in the `Accept` header is available.'),
  INVALID_STATE: entry(
    409,
    'state',
    false,
    'The call is not possible in the current status of the object, which is in `params.status`.',
  ),
  IDEMPOTENCY_MISMATCH: entry(409, 'state', false, 'The `Idempotency-Key` was used with a different request.'),
  IDEMPOTENCY_IN_FLIGHT: entry(
    409,
    'state',
    true,
    'The first request with this `Idempotency-Key` has not been answered yet.',
  ),
  PAYLOAD_TOO_LARGE: entry(
    413,
    'limit',
    false,
    'A size limit is exceeded. The message names the limit, and what to do instead.',
  ),
  UNSUPPORTED_MEDIA_TYPE: entry(415, 'input', false, 'The `Content-Type` of the body is not `application/json`.'),
  NO_RESULT: entry(424, 'action', false, 'The action found nothing. This is a success without results.'),
  ACTION_FAILED: entry(
    424,
    'action',
    false,
    'The action failed for good, failed on every attempt, or returned results that do not match its schema.',
  ),
  DEPENDENCY_FAILED: entry(424, 'state', false, 'A run that this run depends on did not end as required.'),
  UPSTREAM_ERROR: {
    ...entry(
      424,
      'action',
      true,
      'The service that the action calls, or the receiver of a callback, failed in a way that may be temporary.',
    ),
    receiverScope: 'receiver',
  },
  UPSTREAM_TIMEOUT: entry(424, 'action', true, 'The action did not finish in time.'),
  LIMIT_REACHED: entry(
    429,
    'limit',
    true,
    'A rate limit or quota is exceeded, of this API or of the service that the action calls. `params.postponed_until` is the time from which a retry may succeed.',
  ),
  INTERNAL_ERROR: entry(500, 'server', true, 'An error on our side. The logs have the details under its `error_ref`.'),
  UNAVAILABLE: entry(
    503,
    'server',
    true,
    'A service that the API depends on is unavailable or overloaded. Retry after the seconds in `Retry-After`.',
  ),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type ErrorLabel = keyof typeof ERROR_CATALOGUE;

/** All labels, in the order of their status. */
export const ERROR_LABELS = Object.keys(ERROR_CATALOGUE) as readonly ErrorLabel[]; // keys of a closed literal

/** Faults of a body, or of a file's lines, that are listed; the others are counted. */
export const FAULTS_TOLD = 100;

/** One fault of an input: where (`inputs[3].country`) and what. */
export interface ValidationError {
  readonly path: string;
  readonly message: string;
}

/** What an error carries besides its label and message. */
export interface ErrorDetails {
  /** It was a callback's receiver that failed. */
  readonly isReceivers?: true;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly validationErrors?: readonly ValidationError[];
  /** ISO-8601 instant from which trying again may help; becomes `params.postponed_until`. */
  readonly postponedUntil?: string;
  /** Whole seconds for the HTTP header `Retry-After`; not part of the record. */
  readonly retryAfterSeconds?: number;
}

/** The only error the project throws on purpose. Compare labels, never messages. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly label: ErrorLabel;
  readonly details: ErrorDetails;

  constructor(label: ErrorLabel, message: string, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(message, options);
    this.label = label;
    this.details = details;
  }
}

/** An error as it is stored and sent: HTTP bodies, `last_error`, `error` in callbacks. */
export interface ErrorRecord {
  readonly error_label: ErrorLabel;
  readonly error_scope: ErrorScope;
  /** Finds the matching log line. */
  readonly error_ref: string;
  readonly message: string;
  readonly status_code: number;
  readonly retryable: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  /** Null where the fault does not lie in an input. */
  readonly validation_errors: readonly ValidationError[] | null;
}

/** The record of an error under the reference its log line has. */
export function toErrorRecord(error: EngineError, errorRef: string): ErrorRecord {
  const { status, scope, receiverScope = scope, retryable }: CatalogueEntry = ERROR_CATALOGUE[error.label];
  const { params = {}, postponedUntil, validationErrors, isReceivers = false } = error.details;
  return {
    error_label: error.label,
    error_scope: isReceivers ? receiverScope : scope,
    error_ref: errorRef,
    message: error.message,
    status_code: status,
    retryable,
    params: postponedUntil === undefined ? params : { ...params, postponed_until: postponedUntil },
    validation_errors: validationErrors ?? null,
  };
}

/** An `EngineError` as it is; anything else becomes an INTERNAL_ERROR that tells the caller nothing of its cause. */
export function asEngineError(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  const message = 'An error occurred on our side. Try again; if the error persists, report its error_ref.';
  return new EngineError('INTERNAL_ERROR', message, {}, { cause: thrown });
}

function entry(status: number, scope: ErrorScope, retryable: boolean, description: string): CatalogueEntry {
  return { status, scope, retryable, description };
}
