import type * as z from 'zod';
import type { ErrorLabel } from '../domain/errors.ts';
import type { RateType } from '../domain/token-bucket.ts';
import type { Scope } from '../domain/scopes.ts';
import type { ApiFunction } from '../functions.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One row of the route table: handlers, API Gateway and the OpenAPI document are made from it. */
export interface Route {
  /** Also the document's operationId. */
  readonly operation: string;
  readonly method: Method;
  /** In API Gateway's notation: `/v1/runs/{run_uid}`. */
  readonly path: string;
  /** Which Lambda answers it. */
  readonly function: ApiFunction;
  /** What its key must have; `any`: a key with whatever scopes; null: no key is needed. */
  readonly scope: Scope | 'any' | null;
  /** A few words that begin with a verb and end without a full stop. */
  readonly summary: string;
  /** What the call does, in whole sentences of Markdown. */
  readonly description: string;
  /** Absent: the route takes no query. */
  readonly query?: z.ZodObject;
  /** Absent: the route takes no body, or `{}`. */
  readonly body?: z.ZodObject;
  /** Whether the body may be left out. */
  readonly bodyOptional?: true;
  /** Whether its body may have a `callback`, to which events of the run are sent. */
  readonly callbacks?: true;
  /** Whether its body says where notifications are sent. */
  readonly notifies?: true;
  /** The same bytes for every caller: cacheable, with an ETag, compressed where the caller takes gzip. */
  readonly document?: true;
  /** Whether it begins or repeats work, and does so once for an Idempotency-Key. */
  readonly once?: true;
  readonly success: {
    readonly status: number;
    /** What the answer holds, in a sentence. */
    readonly description: string;
    readonly schema: z.ZodType;
    /** Headers of its own by name, each with its meaning. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Media types besides JSON, by Accept. */
    readonly exports?: readonly string[];
    /** The endpoint gives the JSON as a text, which is answered byte for byte. */
    readonly verbatim?: true;
  };
  /** The route takes `Prefer: wait=N`: past that time it answers with the run, which goes on in the background. */
  readonly later?: { readonly status: number; readonly schema: z.ZodType };
  /** The route takes `?dry_run=true`: the answer then says what the call would do, and nothing is written. */
  readonly dryRun?: {
    readonly status: number;
    readonly description: string;
    readonly schema: z.ZodType;
    readonly example: unknown;
  };
  /** Labels of this route's own; `errorsOf` adds those that come with scope, query and body. */
  readonly errors: readonly ErrorLabel[];
}

/** The status of an answer without a body; its schema is `z.undefined()`. */
export const NO_CONTENT = 204;

/** The headers of every list. */
export const NEXT_PAGE = {
  'X-Pagination-Next': 'Absolute URL of the next page; absent on the last page',
  'X-Pagination-Cursor': 'The `cursor` of the next page, for clients that build its URL themselves',
} as const;

/**
 * Which of a workspace's limits a call counts against: launches are all that may begin or repeat work, or change it.
 */
export function rateTypeOf(route: Route): RateType {
  if (route.function === 'live') return 'live';
  return route.method === 'GET' || route.scope === 'read' ? 'read' : 'launch';
}

/** Every label a route may answer with: its own, and those that come with scope, query and body. */
export function errorsOf(route: Route): readonly ErrorLabel[] {
  const labels: ErrorLabel[] = ['BAD_INPUT', 'NOT_ACCEPTABLE', 'INTERNAL_ERROR', 'UNAVAILABLE', ...route.errors];
  if (route.scope !== null) labels.push('UNAUTHORIZED', 'LIMIT_REACHED');
  if (route.scope !== null && route.scope !== 'any') labels.push('FORBIDDEN');
  if (route.once === true) labels.push('IDEMPOTENCY_MISMATCH', 'IDEMPOTENCY_IN_FLIGHT');
  if (route.method !== 'GET') labels.push('PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  return labels;
}
