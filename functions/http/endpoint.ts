import type * as z from 'zod';
import { asUnavailable } from '../../shared/aws/service-away.ts';
import { EngineError } from '../../shared/domain/errors.ts';
import { checkEncoding, parseBody, parseQuery } from '../../shared/api/parse-request.ts';
import { strict } from '../../shared/api/fields.ts';
import type { Route } from '../../shared/api/route.ts';
import { type Operation, type RouteOf, routeOf } from '../../shared/api/routes.ts';
import type { Caller } from './authenticate.ts';
import type { HttpRequest } from './http-request.ts';
import { readBody } from './read-body.ts';

/** A call whose key, rate and scope have been checked. */
export interface Addressed<O extends Operation> {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<ParamsIn<RouteOf<O>['path']>, string>>;
  /** Null on routes that need no key. */
  readonly caller: RouteOf<O>['scope'] extends null ? null : Caller;
  /** The media type to answer with, one of those the route offers. */
  readonly mediaType: string;
}

/** A call whose object was found and whose query and body are valid. */
export interface Call<O extends Operation, Found> extends Addressed<O> {
  readonly found: Found;
  readonly query: Parsed<RouteOf<O>, 'query'>;
  readonly body: Parsed<RouteOf<O>, 'body'>;
  /** The body as it was sent, before its schema was applied; undefined if none was sent. */
  readonly sent: unknown;
}

/** A JSON answer. `status`: the route's success status if absent. */
export interface Reply<Body = unknown> {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** An answer with a text: another form than JSON, or JSON that must stay as it is. */
export interface TextReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly text: string;
}

/** An answer with ready bytes; they are empty for a 304. */
export interface BytesReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** Any answer of an endpoint. */
export type AnyReply = Reply | TextReply | BytesReply;

/** The code of an operation, as the pipeline calls it. */
export interface Endpoint<O extends Operation = Operation> {
  readonly operation: O;
  answer(addressed: Addressed<O>): Promise<AnyReply>;
}

/** Only routes that offer exports, or whose answer is verbatim, may answer with a text of their own. */
type ExportReply<O extends Operation> = RouteOf<O>['success'] extends
  | { readonly exports: unknown }
  | { readonly verbatim: true }
  ? TextReply
  : never;

/** Only routes of documents, which are the same for all callers, may answer with bytes. */
type DocumentReply<O extends Operation> = RouteOf<O> extends { readonly document: true } ? BytesReply : never;

/** Only routes that take a dry run may answer with what they would do. */
type DryRunReply<O extends Operation> =
  RouteOf<O> extends {
    readonly dryRun: { readonly schema: infer Schema extends z.ZodType };
  }
    ? Reply<Frozen<z.output<Schema>>>
    : never;

/** The body of an operation's answer, as its route declares it; may be read-only. */
export type ReplyBody<O extends Operation> = Frozen<z.output<RouteOf<O>['success']['schema']>>;

/**
 * Makes the endpoint of an operation. `find` reads the object that the path names, before query and body are checked,
 * so that its 404 comes before their 400. `handle` then does the work.
 */
export function defineEndpoint<O extends Operation, Found = undefined>(
  operation: O,
  parts: {
    readonly find?: (addressed: Addressed<O>) => Promise<Found>;
    readonly handle: (
      call: Call<O, Found>,
    ) => Promise<Reply<ReplyBody<O>> | DryRunReply<O> | ExportReply<O> | DocumentReply<O>>;
  },
): Endpoint<O> {
  const route: Route = routeOf(operation);
  return {
    operation,
    async answer(addressed) {
      const found = await parts.find?.(addressed);
      checkEncoding(addressed.request.rawQuery);
      const query: unknown = parseQuery(route.query ?? NOTHING, addressed.request.query);
      const sent = readBody(addressed.request);
      // Clients that openapi-generator makes for Java send null for a body that was not given.
      const body: unknown = parseBody(route.body ?? NOTHING, sent ?? noBody(route));
      // The route's own schemas gave query and body; Found is undefined where there is no find.
      const call = { ...addressed, found, query, body, sent } as Call<O, Found>; // see the line above
      try {
        return await parts.handle(call);
      } catch (error) {
        // What was found may have been deleted while it was read: then that is the answer.
        if (!(asUnavailable(error) instanceof EngineError)) await parts.find?.(addressed);
        throw error;
      }
    },
  };
}

const NOTHING = strict({});

/** An absent body is `{}` if none is declared or it is optional; otherwise the schema reports that it is missing. */
function noBody(route: Route): unknown {
  return route.body === undefined || route.bodyOptional === true ? {} : undefined;
}

type Parsed<R, Part extends 'query' | 'body'> = R extends { readonly [P in Part]: infer Schema extends z.ZodType }
  ? Frozen<z.output<Schema>>
  : Readonly<Record<string, never>>;

/** The names in braces of a path. */
type ParamsIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsIn<Rest>
  : never;

/** The type, read-only at all levels. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
