import type { ValidationError } from '../domain/errors.ts';
import type { Pace } from '../domain/pace.ts';

/** The ways a run can be started. */
export type ActionMode = 'live' | 'async' | 'schedule';

/** `cursor_or_number`: the action can begin at any page from `page` alone, so live callers may say `?page=`. */
export type PagesBy = 'cursor' | 'cursor_or_number';

/** What a live call answers: an array, or the one record an input has. */
export type Returns = 'list' | 'object';

/** The engine's guarded HTTP client: public addresses only, redirects are never followed (a 3xx is an answer). */
export type ActionFetch = (
  url: string | URL,
  init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

type LogLine = (message: string, data?: Readonly<Record<string, unknown>>) => void;

/** Structured lines carrying the run's uid; `data` must be JSON. */
interface ActionLog {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** Everything one page of an action may use; nothing else reaches it, not even the time. */
export interface ActionContext<Input, Parameters, SecretName extends string> {
  /**
   * The input as its schema parsed it, without `custom_data`. A number that no double holds (9007199254740993, 1e400) is
   * refused where the schema wants a number. Where it takes anything, such as z.unknown(), it is an object that
   * JSON.stringify writes as it was sent; JSON.isRawJSON tells it, its text is at `rawJSON`.
   */
  readonly input: Input;
  readonly parameters: Parameters;
  /** The `nextCursor` of the page before; null on the first page, and when a page is asked for by number. */
  readonly cursor: string | null;
  /** Counted from 0. */
  readonly page: number;
  readonly pageSize: number;
  /** Fires when the page's time is up or the run was cancelled; pass it to whatever waits. */
  readonly signal: AbortSignal;
  readonly fetch: ActionFetch;
  /** The value of a secret the action declared; throws Permanent when the owner has not set it. */
  readonly secret: (name: SecretName) => Promise<string>;
  readonly log: ActionLog;
  /** The same for every attempt of this page: for upstreams that can drop repeats. */
  readonly idempotencyKey: string;
  readonly runUid: string;
  /** Whose run it is. */
  readonly workspaceUid: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** One page: its results, and where the next begins (null: this was the last). */
export interface ActionPage<Result = unknown> {
  readonly results: readonly Result[];
  readonly nextCursor: string | null;
}

/** The one page of an action that `returns: 'object'`. */
export interface ActionRecord<Result = unknown> {
  readonly results: readonly [Result];
  readonly nextCursor: null;
}

/** A parsed value, or up to a hundred faults found in it, each `path` from the value's root ('' is the value itself). */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly ValidationError[] };

/** A JSON object of unchecked content. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The context as the engine makes it: `input` and `parameters` are what the action's own parsers gave. */
export type ErasedContext = ActionContext<JsonRecord, JsonRecord, string>;

/** A pace as the engine sees it; `by` null: all inputs are counted together. */
export interface ActionPace extends Pace {
  readonly by: ((input: JsonRecord) => string) | null;
}

/** An action as the engine sees it; made by defineAction only. */
export interface Action {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly modes: readonly ActionMode[];
  readonly pageSize: number;
  readonly maxResults: { readonly default: number; readonly ceiling: number };
  readonly pagesBy: PagesBy;
  readonly returns: Returns;
  /** Offered only where the stage's settings name it. */
  readonly optIn: boolean;
  /** Secret names it may read; one that ends in `*` stands for every name with that beginning. */
  readonly secrets: readonly string[];
  /** How fast it may be called; null: as fast as calls come. */
  readonly pace: ActionPace | null;
  /** JSON Schema of what a caller writes (made on first use). */
  readonly inputSchema: JsonRecord;
  /** JSON Schema of the action's parameters and, for lists, the engine's `max_results`. */
  readonly parametersSchema: JsonRecord;
  /** JSON Schema of one result. */
  readonly resultSchema: JsonRecord;
  readonly parseInput: (value: unknown) => Parsed<JsonRecord>;
  /** Whether parseInput would take it: what is wrong costs several times as much to find out. */
  readonly takesInput: (value: unknown) => boolean;
  /** For lists the value always holds `max_results` (1…ceiling, the default when absent). null and undefined mean `{}`. */
  readonly parseParameters: (value: unknown) => Parsed<JsonRecord>;
  /** One result item. */
  readonly parseResult: (value: unknown) => Parsed<unknown>;
  /** One page; results are not yet checked by parseResult. Rejects with an action error or anything else. */
  readonly run: (context: ErasedContext) => Promise<ActionPage>;
  /** What is wrong with the definition, by field; empty when it can be offered. */
  readonly findFaults: () => readonly ValidationError[];
}
