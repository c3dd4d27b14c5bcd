import * as z from 'zod';
import {
  type CatalogueEntry,
  EngineError,
  ERROR_CATALOGUE,
  ERROR_LABELS,
  type ErrorLabel,
  toErrorRecord,
} from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import { errorsOf, type Route } from '../route.ts';
import type { Components, Json } from './components.ts';
import { refusalHeaders } from './headers.ts';

/** Labels whose answers say when to call again. */
const RETRY_AFTER: readonly ErrorLabel[] = ['IDEMPOTENCY_IN_FLIGHT', 'LIMIT_REACHED', 'UNAVAILABLE'];

/** What API Gateway answers by itself. */
const gatewayError = z
  .strictObject({ message: z.string() })
  .meta({ id: 'GatewayError', description: 'An answer of API Gateway itself, without the form of other errors.' });

/** How to read an error. */
export function describeErrors(): string {
  return 'Every error has the form of the `Error` schema. Compare `error_label`; the `message` is for people and may change.';
}

/** The catalogue of errors as a table of Markdown. */
export function describeLabels(): string {
  const rows = ERROR_LABELS.map((label) => {
    const { status, retryable, description } = ERROR_CATALOGUE[label];
    return `| ${label} | ${status} | ${describeScopes(label)} | ${retryable ? 'yes' : 'no'} | ${description} |`;
  });
  return ['| error_label | HTTP | scope | retryable | meaning |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** The scopes that an error with the label may have. */
export function describeScopes(label: ErrorLabel): string {
  const { scope, receiverScope }: CatalogueEntry = ERROR_CATALOGUE[label];
  return receiverScope === undefined ? scope : `${scope}, ${receiverScope}`;
}

/** What API Gateway answers by itself, before a function is called or where none can be. */
export function describeGateway(): string {
  const { bodyBytes, eventBytes } = LIMITS;
  return [
    'API Gateway gives some answers itself. Their body is `{"message":…}`: 400 `Bad Request` (invalid percent-encoding in the path), 413 `Request Entity Too Large` (a body over 10 MB), 429 `Too Many Requests` (the throttle of the whole API), 431 `Request Header Fields Too Large`, 503 `Service Unavailable` (no answer within 30 seconds) and 500 `Internal Server Error`.',
    `A request body may have ${bodyBytes} bytes. It reaches the function as an escaped string, and the event with that string may have ${eventBytes} bytes. A body that is over the second limit only, for example JSON within strings, is always answered with 500 \`{"message":"Internal Server Error"}\`: upload its inputs instead (\`POST /v1/uploads\`).`,
  ].join('\n\n');
}

/**
 * The error responses of an operation; labels that share a status share a response. They are components, named by their
 * labels: `BadInputOrBadParameters`.
 */
export function errorResponses(route: Route, components: Components): Json {
  const labels = errorsOf(route);
  const byStatus: Record<number, ErrorLabel[]> = {};
  for (const label of ERROR_LABELS) {
    if (labels.includes(label)) (byStatus[ERROR_CATALOGUE[label].status] ??= []).push(label);
  }
  const responses = Object.entries(byStatus).map(([status, shared]) => {
    const name = `${shared.map(pascal).join('Or')}${route.scope === null ? 'WithoutKey' : ''}`;
    return [status, components.defineResponse(name, errorResponse(route, Number(status), shared))];
  });
  return {
    ...Object.fromEntries(responses),
    '431': components.defineResponse('HeadersTooLarge', tooLarge(components)),
  };
}

function errorResponse(route: Route, status: number, labels: readonly ErrorLabel[]): Json {
  const saysWhen = labels.some((label) => RETRY_AFTER.includes(label));
  return {
    description: labels.map((label) => `\`${label}\`: ${ERROR_CATALOGUE[label].description}`).join('\n\n'),
    headers: refusalHeaders(route, status, saysWhen),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: Object.fromEntries(labels.map(exampleOf)),
      },
    },
  };
}

/** The record of an error with a label, under its name. */
function exampleOf(label: ErrorLabel): readonly [string, Json] {
  const fault = { path: 'inputs[0].country', message: 'must be a string, not a number' };
  const details = label === 'BAD_INPUT' ? { validationErrors: [fault] } : {};
  const message = label === 'BAD_INPUT' ? `body: ${fault.path}: ${fault.message}` : ERROR_CATALOGUE[label].description;
  const error = new EngineError(label, message.replaceAll('`', ''), details);
  return [label, { value: toErrorRecord(error, '0f7c2a6e-3d0b-4a51-9a3c-5b1d2e3f4a5b') }];
}

function tooLarge(components: Components): Json {
  return {
    description: 'URL and headers of the request have over 10,240 bytes together. API Gateway answers this itself.',
    content: {
      'application/json': {
        schema: components.answer(gatewayError),
        example: { message: 'Request Header Fields Too Large' },
      },
    },
  };
}

function pascal(label: string): string {
  return label
    .split('_')
    .map((word) => `${word.charAt(0)}${word.slice(1).toLowerCase()}`)
    .join('');
}
