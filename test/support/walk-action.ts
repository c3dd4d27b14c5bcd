import type { Action, ActionFetch, ErasedContext, JsonRecord, Parsed } from '../../shared/sdk/action.ts';

interface WalkOptions {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly parameters?: unknown;
  readonly now?: number;
  readonly workspaceUid?: string;
  readonly signal?: AbortSignal;
}

/** The platform's fetch without the guard, for upstreams on loopback; as the guarded client it follows no redirect. */
const loopbackFetch: ActionFetch = (url, init = {}) => {
  const { body, ...rest } = init;
  return fetch(url, { ...rest, redirect: 'manual', ...(body === undefined ? {} : { body: Buffer.from(body) }) });
};

/** One page of an action, its input and results held to their schemas as the engine does. */
export async function runPage(
  action: Action,
  input: unknown,
  at: { readonly cursor?: string | null; readonly page?: number } = {},
  options: WalkOptions = {},
): Promise<{ results: unknown[]; nextCursor: string | null }> {
  const { cursor = null, page = 0 } = at;
  const silent = (): void => undefined;
  const context: ErasedContext = {
    input: valueOf<JsonRecord>(action.parseInput(input)),
    parameters: valueOf<JsonRecord>(action.parseParameters(options.parameters)),
    cursor,
    page,
    pageSize: action.pageSize,
    signal: options.signal ?? new AbortController().signal,
    fetch: loopbackFetch,
    secret: async (name) => options.secrets?.[name] ?? '',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    idempotencyKey: `key-of-page-${page}`,
    runUid: '00000000-0000-8000-8000-000000000000',
    workspaceUid: options.workspaceUid ?? '00000000-0000-4000-8000-000000000000',
    now: () => options.now ?? 0,
  };
  const { results, nextCursor } = await action.run(context);
  return { results: results.map((result) => valueOf(action.parseResult(result))), nextCursor };
}

/** The results of every page in order, from the first to the one without a next cursor. */
export async function walkAction(action: Action, input: unknown, options: WalkOptions = {}): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let cursor: string | null = null; pages.length < 10_000;) {
    const { results, nextCursor } = await runPage(action, input, { cursor, page: pages.length }, options);
    pages.push(results);
    if (nextCursor === null) return pages;
    cursor = nextCursor;
  }
  throw new Error(`${action.name} does not end`);
}

function valueOf<Value>(parsed: Parsed<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.errors.map(({ path, message }) => `${path}: ${message}`).join('; '));
}
