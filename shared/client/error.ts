import type { ErrorLabel, ErrorScope, ValidationError } from './api-types.ts';

/** Labels of the API, and two of this client: no answer came, or an answer came that is none of the API's. */
export type TriremeErrorLabel = ErrorLabel | 'NO_ANSWER' | 'UNEXPECTED_ANSWER';

export interface TriremeErrorFields {
  readonly label: TriremeErrorLabel;
  readonly message: string;
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  readonly scope: ErrorScope | null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** From when it may; null: not said. */
  readonly retryAt: Date | null;
  /** Finds the line in the log of the deployment. */
  readonly ref: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  /** Faults of the input, each with its path. */
  readonly validationErrors: readonly ValidationError[];
}

/** A call that was refused, that failed, or that got no answer. Compare `label`, never `message`. */
export class TriremeError extends Error implements TriremeErrorFields {
  override readonly name = 'TriremeError';
  readonly label: TriremeErrorLabel;
  readonly status: number;
  readonly scope: ErrorScope | null;
  readonly retryable: boolean;
  readonly retryAt: Date | null;
  readonly ref: string | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly validationErrors: readonly ValidationError[];

  constructor(fields: TriremeErrorFields, cause?: unknown) {
    super(fields.message, cause === undefined ? undefined : { cause });
    this.label = fields.label;
    this.status = fields.status;
    this.scope = fields.scope;
    this.retryable = fields.retryable;
    this.retryAt = fields.retryAt;
    this.ref = fields.ref;
    this.params = fields.params;
    this.validationErrors = fields.validationErrors;
  }

  /** Whether it has one of these labels. */
  is(...labels: readonly TriremeErrorLabel[]): boolean {
    return labels.includes(this.label);
  }
}

/** An option of the client, or of a call, that no request can be made with. Its message shows no secret. */
export class InvalidOption extends TypeError {
  override readonly name = 'InvalidOption';
}

/** API Gateway's own answers have no label: these are those that mean the same. A 404 of a deployment has one. */
const GATEWAY_LABELS: Readonly<Record<number, readonly [ErrorLabel, ErrorScope, retryable: boolean]>> = {
  400: ['BAD_INPUT', 'input', false],
  403: ['FORBIDDEN', 'auth', false],
  413: ['PAYLOAD_TOO_LARGE', 'limit', false],
  429: ['LIMIT_REACHED', 'limit', true],
  431: ['BAD_INPUT', 'input', false],
  500: ['INTERNAL_ERROR', 'server', true],
  502: ['UNAVAILABLE', 'server', true],
  503: ['UNAVAILABLE', 'server', true],
  504: ['UNAVAILABLE', 'server', true],
};

/** The error that an answer other than 2xx stands for. `now`: epoch ms. `where`: what was called. */
export function errorOfAnswer(
  status: number,
  headers: Headers,
  text: string,
  now: number,
  where = 'The API',
): TriremeError {
  const body = parseObject(text);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const retryAt = Number.isFinite(seconds) ? new Date(now + seconds * 1_000) : null;
  const label = body['error_label'];
  if (typeof label === 'string') {
    const params = objectOf(body['params']);
    const until = typeof params['postponed_until'] === 'string' ? new Date(params['postponed_until']) : null;
    return new TriremeError({
      label: label as ErrorLabel, // cast: the API's own word
      message: String(body['message']),
      status,
      scope: (body['error_scope'] ?? null) as ErrorScope | null, // cast: as above
      retryable: body['retryable'] === true,
      retryAt: retryAt ?? until,
      ref: typeof body['error_ref'] === 'string' ? body['error_ref'] : null,
      params,
      validationErrors: (body['validation_errors'] ?? []) as readonly ValidationError[], // cast: as above
    });
  }
  const said = typeof body['message'] === 'string' ? body['message'] : text.slice(0, 200);
  const known = GATEWAY_LABELS[status];
  if (known === undefined) {
    const target = headers.get('location');
    return foreignAnswer(where, status, target === null ? said : `to ${target}`);
  }
  const [gatewayLabel, scope, retryable] = known;
  return new TriremeError({
    ...PLAIN,
    label: gatewayLabel,
    message: `${where} answered ${status}${said === '' ? '' : `: ${said}`}.`,
    status,
    scope,
    retryable,
    retryAt,
    ref: headers.get('apigw-requestid'),
  });
}

/** An answer that is none of a deployment: something else is at the URL, or on the way. */
export function foreignAnswer(where: string, status: number, detail: string, cause?: unknown): TriremeError {
  const message = `${where}: no Trireme deployment answers there, but ${[status || 'a redirect', detail].join(' ').trim()}.`;
  return new TriremeError({ ...PLAIN, label: 'UNEXPECTED_ANSWER', message, status, retryable: status >= 500 }, cause);
}

/** What an error has of which nothing is known. */
const PLAIN = { scope: null, retryAt: null, ref: null, params: {}, validationErrors: [] } as const;

/** Why `fetch` failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** No answer came: the network failed, or the time for it was over. */
export function noAnswer(where: string, cause: unknown): TriremeError {
  const reason = reasonOf(cause);
  return new TriremeError(
    {
      ...PLAIN,
      label: 'NO_ANSWER',
      message: `${where}: no answer${reason === '' ? '' : ` (${reason})`}.`,
      status: 0,
      retryable: true,
    },
    cause,
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {}; // not JSON: an answer of something on the way
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
