import type * as z from 'zod';
import { checkEncoding, parseBody, parseQuery } from '../../shared/api/parse-request.ts';
import { strict } from '../../shared/api/fields.ts';
import type { Route } from '../../shared/api/route.ts';
import { type Operation, type RouteOf, routeOf } from '../../shared/api/routes.ts';
import type { Caller } from './authenticate.ts';
import type { HttpRequest } from './http-request.ts';
import { readBody } from './read-body.ts';

/** What is known of a call once its key and scope are checked. */
export interface Addressed<O extends Operation> {
  readonly request: HttpRequest;
  readonly params: Readonly<Record<ParamsIn<RouteOf<O>['path']>, string>>;
  /** Null on routes that need no key. */
  readonly caller: RouteOf<O>['scope'] extends null ? null : Caller;
  /** What to answer with, of what the route offers. */
  readonly mediaType: string;
}

/** A call whose object was found and whose query and body are right. */
export interface Call<O extends Operation, Found> extends Addressed<O> {
  readonly found: Found;
  readonly query: Parsed<RouteOf<O>, 'query'>;
  readonly body: Parsed<RouteOf<O>, 'body'>;
  /** The body as it was sent, before its schema: undefined where none was. */
  readonly sent: unknown;
}

/** The answer of a call; `status` is the route's own unless said otherwise. */
export interface Reply<Body = unknown> {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Body;
}

/** An answer that is no JSON. */
export interface TextReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly text: string;
}

/** An answer whose bytes are at hand; none where its status says that the caller has them. */
export interface BytesReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** Whatever an endpoint may answer with. */
export type AnyReply = Reply | TextReply | BytesReply;

/** An operation's code, its types forgotten, as the pipeline runs it. */
export interface Endpoint<O extends Operation = Operation> {
  readonly operation: O;
  answer(addressed: Addressed<O>): Promise<AnyReply>;
}

/** Only routes that offer exports answer with other texts. */
type ExportReply<O extends Operation> = RouteOf<O>['success'] extends { readonly exports: unknown } ? TextReply : never;

/** Only a document that is the same for everybody is answered with bytes made once. */
type DocumentReply<O extends Operation> = RouteOf<O> extends { readonly document: true } ? BytesReply : never;

/** What an operation may answer: what its route says, mutable or not. */
export type ReplyBody<O extends Operation> = Frozen<z.output<RouteOf<O>['success']['schema']>>;

/**
 * Makes an operation's endpoint. `find` reads the object the path names (its 404 comes before any 400 of query or
 * body); `handle` does the work with all of them.
 */
export function defineEndpoint<O extends Operation, Found = undefined>(
  operation: O,
  parts: {
    readonly find?: (addressed: Addressed<O>) => Promise<Found>;
    readonly handle: (call: Call<O, Found>) => Promise<Reply<ReplyBody<O>> | ExportReply<O> | DocumentReply<O>>;
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
      const body: unknown = parseBody(route.body ?? NOTHING, sent === undefined ? noBody(route) : sent);
      // The route's own schemas gave query and body; Found is undefined where there is no find.
      return parts.handle({ ...addressed, found, query, body, sent } as Call<O, Found>); // see the line above
    },
  };
}

const NOTHING = strict({});

/** Where no body is declared, or it may be left out, an absent one is `{}`; elsewhere the schema says that it is missing. */
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

/** The type read-only all the way down. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
