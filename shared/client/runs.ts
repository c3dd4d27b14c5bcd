import type {
  CallbackRecord,
  CallbackStatus,
  ListRunCallbacksQuery,
  ListRunInputsQuery,
  ListRunLogsQuery,
  OutputEnvelope,
  Run,
  RunDetail,
  RunInput,
  RunLogLine,
} from './api-types.ts';
import { createList, cursorOf, type List, type Page } from './pages.ts';
import { DEFAULT_RETRY } from './retry.ts';
import { type Call, type CallOptions, type KeyedOptions, type Sender } from './send.ts';

/** Something that takes text, such as `process.stdout`, a file stream of Node or a writer of a Web stream. */
export interface TextSink {
  write(text: string): unknown;
  /** Of a stream of Node: waits until it takes more. */
  once?(event: 'drain', listener: () => void): unknown;
}

/** The results of a run, in the order of its inputs and their pages. */
export interface Outputs<Item> extends List<Item> {
  /** Writes them as CSV, with a line of names; returns how many bytes of text were written. */
  toCsv(sink: TextSink): Promise<number>;
  /** Writes them as one JSON value a line, numbers as they are, also those beyond 2^53. */
  toNdjson(sink: TextSink): Promise<number>;
}

export interface OutputsOptions extends CallOptions {
  /** While the run is unfinished, wait for more until it has ended. Otherwise the list ends with what there is. */
  readonly follow?: boolean;
}

export interface WaitOptions extends CallOptions {
  /** Called with the run whenever it has changed. */
  readonly onProgress?: (run: RunDetail) => void;
}

/** A run, by which it is followed and controlled. */
export interface RunHandle<Result = unknown> {
  readonly uid: string;
  /** As it was when it was last read. */
  readonly state: Run | RunDetail;
  /** Reads it anew. */
  refresh(options?: CallOptions): Promise<RunDetail>;
  /** Resolves when the run has ended, in whatever status. Goes on through five minutes without an answer. */
  wait(options?: WaitOptions): Promise<RunDetail>;
  outputs(options?: OutputsOptions): Outputs<Result>;
  /** The results with where each came from. */
  envelopes(options?: OutputsOptions): Outputs<OutputEnvelope & { readonly result: Result }>;
  inputs(query?: ListRunInputsQuery, options?: CallOptions): List<RunInput>;
  callbacks(query?: ListRunCallbacksQuery, options?: CallOptions): List<CallbackRecord>;
  /** Failed attempts, and what the action logged, by input and page. */
  logs(query?: ListRunLogsQuery, options?: CallOptions): List<RunLogLine>;
  cancel(options?: CallOptions): Promise<Run>;
  resume(options?: CallOptions): Promise<Run>;
  retry(options?: KeyedOptions): Promise<Run>;
  /** Deletes the run, which must have ended, and all that is stored of it. */
  delete(options?: CallOptions): Promise<void>;
  /** Sends callbacks with these statuses once more, those that FAILED by default. Resolves with their number. */
  replayCallbacks(options?: KeyedOptions & { readonly status?: readonly CallbackStatus[] }): Promise<number>;
}

const ENDED: readonly Run['status'][] = ['INVALID', 'STOPPED', 'SUCCEEDED', 'PARTIAL_SUCCEEDED', 'FAILED'];

/** Whether a run has ended. A resume or a retry may continue it. */
export function hasEnded({ status }: Pick<Run, 'status'>): boolean {
  return ENDED.includes(status);
}

/** The most that `?wait` may be, in seconds; and where somebody watches. */
const WAIT_SECONDS = 25;
const PROGRESS_SECONDS = 1;
/** Between two reads where the API did not wait. */
const POLL_MS = 1_000;
/** Between two reads of results that gave none, at most: each wait is twice the one before. */
const LONGEST_POLL_MS = 15_000;
const WAIT_RETRY = { attempts: Number.POSITIVE_INFINITY, maxWaitMs: 300_000 };

export function createRunHandle<Result>(sender: Sender, first: Run | RunDetail): RunHandle<Result> {
  const path = `/v1/runs/${first.uid}`;
  let state = first;

  async function take<Body extends Run | RunDetail>(call: Call): Promise<Body> {
    const { body } = await sender.read<Body>(call);
    state = body;
    return body;
  }

  function outputs<Item>(query: object, { follow = false, signal }: OutputsOptions): Outputs<Item> {
    const callOf = (accept: string | undefined, cursor: string | null): Call => ({
      method: 'GET',
      path: `${path}/outputs`,
      query: { ...query, cursor, ...(accept === undefined ? { limit: 500 } : {}) },
      headers: accept === undefined ? {} : { accept },
      signal,
    });
    const list = createList<Item>((cursor) =>
      followed(sender, follow, signal, async () => {
        const { headers, body } = await sender.read<Item[]>(callOf(undefined, cursor));
        return pageOf(headers, body);
      }),
    );
    async function write(accept: string, sink: TextSink): Promise<number> {
      let written = 0;
      const parts = createList<string>((cursor) =>
        followed(sender, follow, signal, async () => {
          const { headers, text } = await sender.send(callOf(accept, cursor));
          return pageOf(headers, [text]);
        }),
      );
      for await (const text of parts) {
        await writeTo(sink, text);
        written += text.length;
      }
      return written;
    }
    return {
      ...list,
      toCsv: (sink) => write('text/csv', sink),
      toNdjson: (sink) => write('application/x-ndjson', sink),
    };
  }

  return {
    uid: first.uid,
    get state() {
      return state;
    },
    refresh: ({ signal } = {}) => take<RunDetail>({ method: 'GET', path, signal }),
    async wait({ signal, onProgress } = {}) {
      let shown = '';
      for (;;) {
        const askedAt = sender.machine.now();
        const retry = { ...DEFAULT_RETRY, ...WAIT_RETRY };
        const run = await take<RunDetail>({
          method: 'GET',
          path,
          query: { wait: onProgress === undefined ? WAIT_SECONDS : PROGRESS_SECONDS },
          signal,
          retry,
        });
        const text = JSON.stringify(run);
        if (text !== shown) onProgress?.(run);
        shown = text;
        if (hasEnded(run)) return run;
        await sender.machine.sleep(Math.max(0, POLL_MS - (sender.machine.now() - askedAt)), signal);
      }
    },
    outputs: (options = {}) => outputs<Result>({}, options),
    envelopes: (options = {}) => outputs<OutputEnvelope & { readonly result: Result }>({ envelope: true }, options),
    inputs: (query = {}, { signal } = {}) => readList<RunInput>(sender, `${path}/inputs`, query, signal),
    callbacks: (query = {}, { signal } = {}) => readList<CallbackRecord>(sender, `${path}/callbacks`, query, signal),
    logs: (query = {}, { signal } = {}) => readList<RunLogLine>(sender, `${path}/logs`, query, signal),
    async delete({ signal } = {}) {
      await sender.send({ method: 'DELETE', path, signal });
    },
    cancel: ({ signal } = {}) => take<Run>({ method: 'POST', path: `${path}/cancel`, isSafe: true, signal }),
    resume: ({ signal } = {}) => take<Run>({ method: 'POST', path: `${path}/resume`, isSafe: true, signal }),
    retry: ({ signal, idempotencyKey } = {}) =>
      take<Run>({ method: 'POST', path: `${path}/retry`, key: keyOf(idempotencyKey), signal }),
    async replayCallbacks({ signal, idempotencyKey, status } = {}) {
      const { body } = await sender.read<{ readonly replayed: number }>({
        method: 'POST',
        path: `${path}/callbacks/replay`,
        body: status === undefined ? {} : { status },
        key: keyOf(idempotencyKey),
        signal,
      });
      return body.replayed;
    },
  };
}

/** Waits for a Web stream's writer, or for a stream of Node that is full. */
async function writeTo(sink: TextSink, text: string): Promise<void> {
  const taken = await sink.write(text);
  if (taken === false && sink.once !== undefined) await new Promise<void>((resolve) => sink.once?.('drain', resolve));
}

/** The call's own key, or the one that its caller gave. */
export function keyOf(given: string | undefined): NonNullable<Call['key']> {
  return given === undefined ? 'own' : { given };
}

/** A list of the API, by its path and filters. */
export function readList<Item>(
  sender: Sender,
  path: string,
  query: object,
  signal: AbortSignal | undefined,
): List<Item> {
  return createList(async (cursor) => {
    const { headers, body } = await sender.read<Item[]>({
      method: 'GET',
      path,
      query: { ...query, ...(cursor === null ? {} : { cursor }) },
      signal,
    });
    return pageOf(headers, body);
  });
}

function pageOf<Item>(headers: Headers, items: readonly Item[]): Page<Item> {
  return { items, cursor: cursorOf(headers), isComplete: headers.get('x-complete') !== 'false' };
}

/** A page; with `follow`, one that has something, or the last of all. */
async function followed<Item>(
  { machine }: Sender,
  follow: boolean,
  signal: AbortSignal | undefined,
  read: () => Promise<Page<Item>>,
): Promise<Page<Item>> {
  for (let waitMs = POLL_MS; ; waitMs = Math.min(LONGEST_POLL_MS, waitMs * 2)) {
    const page = await read();
    if (!follow || page.isComplete) return page;
    if (page.items.some((item) => item !== '')) return { ...page, isComplete: true };
    await machine.sleep(waitMs, signal);
  }
}
