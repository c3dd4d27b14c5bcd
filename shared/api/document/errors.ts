import { ERROR_CATALOGUE, ERROR_LABELS, type ErrorLabel } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { Json } from './components.ts';

/** Labels whose answers say when to call again. */
const RETRY_AFTER: readonly ErrorLabel[] = ['IDEMPOTENCY_IN_FLIGHT', 'LIMIT_REACHED', 'UNAVAILABLE'];
const RETRY_AFTER_HEADER = {
  description: 'Seconds to wait before the next attempt, if known',
  schema: { type: 'integer', minimum: 0 },
} as const;

/** How to read an error. */
export function describeErrors(): string {
  return 'Every error has the form of the `Error` schema. Compare `error_label`; the `message` is for people and may change.';
}

/** The catalogue of errors as a table of Markdown. */
export function describeLabels(): string {
  const rows = ERROR_LABELS.map((label) => {
    const { status, scope, retryable, description } = ERROR_CATALOGUE[label];
    return `| ${label} | ${status} | ${scope} | ${retryable ? 'yes' : 'no'} | ${description} |`;
  });
  return ['| error_label | HTTP | scope | retryable | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** What API Gateway answers by itself, before a function is called or where none can be. */
export function describeGateway(): string {
  const { bodyBytes, eventBytes } = LIMITS;
  return [
    'API Gateway gives some answers itself. Their body is `{"message":…}`: 400 `Bad Request` (invalid percent-encoding in the path), 413 `Request Entity Too Large` (a body over 10 MB), 429 `Too Many Requests` (the throttle of the whole API), 431 `Request Header Fields Too Large`, 503 `Service Unavailable` (no answer within 30 seconds) and 500 `Internal Server Error`.',
    `A request body may have ${bodyBytes} bytes. It reaches the function as an escaped string, and the event with that string may have ${eventBytes} bytes. A body that is over the second limit only, for example JSON within strings, is always answered with 500 \`{"message":"Internal Server Error"}\`: upload its inputs instead (\`POST /v1/uploads\`).`,
  ].join('\n\n');
}

/** The error responses of an operation; labels that share a status share a response. */
export function errorResponses(labels: readonly ErrorLabel[]): Json {
  const byStatus: Record<number, ErrorLabel[]> = {};
  for (const label of ERROR_LABELS) {
    if (labels.includes(label)) (byStatus[ERROR_CATALOGUE[label].status] ??= []).push(label);
  }
  const responses = Object.entries(byStatus).map(([status, shared]) => [
    status,
    {
      description: shared.map((label) => `\`${label}\`: ${ERROR_CATALOGUE[label].description}`).join('\n\n'),
      ...(shared.some((label) => RETRY_AFTER.includes(label))
        ? { headers: { 'Retry-After': RETRY_AFTER_HEADER } }
        : {}),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  ]);
  return Object.fromEntries(responses);
}
