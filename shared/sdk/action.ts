import type { ValidationError } from '../domain/errors.ts';
import type { Pace } from '../domain/pace.ts';
import type { TypicalPage } from '../domain/run-cost.ts';

/** The ways a run can be started. */
export type ActionMode = 'live' | 'async' | 'schedule';

/** `cursor_or_number`: the action can produce any page from `page` alone, so that live calls may use `?page=`. */
export type PagesBy = 'cursor' | 'cursor_or_number';

/** What a live call answers: an array of results, or the one result that an input has. */
export type Returns = 'list' | 'object';

/** The engine's guarded HTTP client: public addresses only; redirects are not followed (a 3xx is the answer). */
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

/** Structured log lines with the run's uid; `data` must be JSON. */
interface ActionLog {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** All that an action may use for one page, including the time. */
export interface ActionContext<Input, Parameters, SecretName extends string> {
  /**
   * The input as its schema parsed it, without `custom_data`. A number that a double cannot hold exactly
   * (9007199254740993, 1e400) is refused where the schema requires a number. Where the schema allows anything, such as
   * z.unknown(), it is an object with the number's text in `rawJSON`: JSON.isRawJSON recognises it, and JSON.stringify
   * writes it as it was sent.
   */
  readonly input: Input;
  readonly parameters: Parameters;
  /** The `nextCursor` of the page before; null on the first page, and when a page is asked for by number. */
  readonly cursor: string | null;
  /** Index of the page, from 0. */
  readonly page: number;
  readonly pageSize: number;
  /** Aborts when the page's time is over or the run was cancelled. Pass it to everything that waits. */
  readonly signal: AbortSignal;
  readonly fetch: ActionFetch;
  /** The value of a secret that the action declares. Throws Permanent if the owner has not set it. */
  readonly secret: (name: SecretName) => Promise<string>;
  readonly log: ActionLog;
  /** The same for all attempts of this page, for upstreams that can ignore repeated requests. */
  readonly idempotencyKey: string;
  readonly runUid: string;
  /** The workspace of the run. */
  readonly workspaceUid: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** One page: its results, and the cursor of the next page (null: this is the last). */
export interface ActionPage<Result = unknown> {
  readonly results: readonly Result[];
  readonly nextCursor: string | null;
}

/** The only page of an action with `returns: 'object'`. */
export interface ActionRecord<Result = unknown> {
  readonly results: readonly [Result];
  readonly nextCursor: null;
}

/** A parsed value, or up to a hundred faults in it. Each `path` starts at the value, which is ''. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly ValidationError[] };

/** A JSON object of unchecked content. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The context as the engine makes it: `input` and `parameters` come from the action's own parsers. */
export type ErasedContext = ActionContext<JsonRecord, JsonRecord, string>;

/** A pace in the engine's form. `by` null: all inputs count together. */
export interface ActionPace extends Pace {
  readonly by: ((input: JsonRecord) => string) | null;
}

/** An input, parameters if they are worth showing, and one result. */
interface ActionExample {
  readonly input: JsonRecord;
  readonly parameters: JsonRecord | null;
  readonly result: unknown;
}

/** An action in the engine's form. Only defineAction makes it. */
export interface Action {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly modes: readonly ActionMode[];
  readonly pageSize: number;
  readonly maxResults: { readonly default: number; readonly ceiling: number };
  readonly pagesBy: PagesBy;
  readonly returns: Returns;
  /** Whether it is offered only if the stage's settings name it. */
  readonly optIn: boolean;
  /** Names of the secrets it may read; one that ends in `*` allows all names that begin with the rest. */
  readonly secrets: readonly string[];
  /** How fast it may be called; null: no limit. */
  readonly pace: ActionPace | null;
  /** What a page usually takes, for the estimate of a dry run; null: the action does not say. */
  readonly typicalPage: TypicalPage | null;
  /** JSON Schema of an input as a caller writes it (made on first use). */
  readonly inputSchema: JsonRecord;
  /** JSON Schema of the action's parameters; for lists with the engine's `max_results`. */
  readonly parametersSchema: JsonRecord;
  /** JSON Schema of one result. */
  readonly resultSchema: JsonRecord;
  readonly parseInput: (value: unknown) => Parsed<JsonRecord>;
  /** Whether parseInput would accept it. Several times faster, as it does not find out what is wrong. */
  readonly takesInput: (value: unknown) => boolean;
  /**
   * For lists the result always has `max_results` (1 to ceiling; the default if absent). null and undefined mean `{}`.
   */
  readonly parseParameters: (value: unknown) => Parsed<JsonRecord>;
  /** What a call may send and get, for the documentation; null: the author gave none. */
  readonly example: ActionExample | null;
  /** Parses one result. */
  readonly parseResult: (value: unknown) => Parsed<unknown>;
  /** Makes one page. The results are not yet checked by parseResult. Rejects with an action error or any other. */
  readonly run: (context: ErasedContext) => Promise<ActionPage>;
  /** All faults of the definition, by field; empty if the action can be offered. */
  readonly findFaults: () => readonly ValidationError[];
}
