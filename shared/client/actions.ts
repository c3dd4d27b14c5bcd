import type {
  Action,
  DryRun,
  LaunchedRun,
  LaunchedSchedule,
  RunAsyncBody,
  RunScheduleBody,
  Upload,
} from './api-types.ts';
import { errorOfAnswer, noAnswer, TriremeError } from './error.ts';
import { createList, cursorOf, type List, type Page } from './pages.ts';
import { createRunHandle, keyOf, type RunHandle } from './runs.ts';
import { createScheduleHandle, type ScheduleHandle } from './schedules.ts';
import type { CallOptions, KeyedOptions, Sender } from './send.ts';

/** What is known of an action: `trireme types` prints it for all actions of a deployment. */
export interface ActionTypes {
  readonly input: object;
  readonly parameters: object;
  readonly result: unknown;
}

/** Any action with any input: what a client without types takes. */
export type AnyActions = Readonly<
  Record<
    string,
    {
      readonly input: Readonly<Record<string, unknown>>;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly result: unknown;
    }
  >
>;

/** Any data of yours that comes back with the results of an input. */
interface Kept {
  readonly custom_data?: Readonly<Record<string, unknown>> | null | undefined;
}

type InputOf<A extends ActionTypes> = A['input'] & Kept;
type ManyParameters<A extends ActionTypes> = A['parameters'] & { readonly max_results?: number | undefined };

export interface LiveCall<A extends ActionTypes> {
  readonly input: InputOf<A>;
  readonly parameters?: A['parameters'] | undefined;
  /** Words to find the call by. */
  readonly tags?: readonly string[] | undefined;
}

export type LiveOptions = KeyedOptions & {
  /** The page to begin at, from 1, for an action that pages by number. */
  readonly page?: number;
};

export type AsyncLaunch<A extends ActionTypes> = Omit<RunAsyncBody, 'inputs' | 'parameters' | 'inputs_upload_uid'> & {
  readonly inputs: readonly InputOf<A>[];
  readonly parameters?: ManyParameters<A> | undefined;
};

export type ScheduleLaunch<A extends ActionTypes> = Omit<RunScheduleBody, 'inputs' | 'parameters'> & {
  readonly inputs: readonly InputOf<A>[];
  readonly parameters?: ManyParameters<A> | undefined;
};

/** One action of a deployment. */
export interface ActionHandle<A extends ActionTypes> {
  readonly name: string;
  /** Its schemas, limits and modes. */
  describe(options?: CallOptions): Promise<Action>;
  /** Runs it page by page, as far as the list is read. An input for which there is nothing gives an empty list. */
  live(call: LiveCall<A>, options?: LiveOptions): LiveResults<A['result']>;
  /** Starts an async run. */
  start(launch: AsyncLaunch<A>, options?: KeyedOptions): Promise<RunHandle<A['result']>>;
  /** Uploads a file with one JSON object a line, and starts an async run over its lines. */
  startFile(
    file: Blob,
    launch?: Omit<AsyncLaunch<A>, 'inputs'>,
    options?: KeyedOptions,
  ): Promise<RunHandle<A['result']>>;
  /** What a launch would do and cost, without doing it; of a schedule where it has a `cron`. */
  dryRun(launch: AsyncLaunch<A> | ScheduleLaunch<A>, options?: CallOptions): Promise<DryRun>;
  /** Creates a schedule. */
  schedule(launch: ScheduleLaunch<A>, options?: KeyedOptions): Promise<ScheduleHandle<A['result']>>;
}

/** The results of live calls. */
export interface LiveResults<Result> extends List<Result> {
  /** The results of all pages. */
  items(): AsyncIterable<Result>;
}

export function createActionHandle<A extends ActionTypes>(sender: Sender, name: string): ActionHandle<A> {
  const path = `/v1/actions/${encodeURIComponent(name)}`;

  async function launch<Body>(mode: string, body: object, { signal, idempotencyKey }: KeyedOptions): Promise<Body> {
    const call = { method: 'POST', path: `${path}/run/${mode}`, body, key: keyOf(idempotencyKey), signal } as const;
    return (await sender.read<Body>(call)).body;
  }

  async function readLive(
    body: LiveCall<A>,
    { signal, idempotencyKey, page }: LiveOptions,
    cursor: string | null,
  ): Promise<Page<A['result']>> {
    const key =
      idempotencyKey === undefined
        ? undefined
        : { given: `${idempotencyKey}${cursor === null ? '' : `#${await digest(cursor)}`}` };
    const query = cursor === null ? { page } : { cursor };
    try {
      const { headers, body: results } = await sender.read<unknown>({
        method: 'POST',
        path: `${path}/run/live`,
        query,
        body,
        key,
        signal,
      });
      const items = (Array.isArray(results) ? results : [results]) as A['result'][]; // cast: what the action's schema says
      return { items, cursor: cursorOf(headers), isComplete: true };
    } catch (error) {
      if (error instanceof TriremeError && error.is('NO_RESULT')) return { items: [], cursor: null, isComplete: true };
      throw error;
    }
  }

  return {
    name,
    async describe({ signal } = {}) {
      return (await sender.read<Action>({ method: 'GET', path, signal })).body;
    },
    live(call, options = {}) {
      const list = createList((cursor) => readLive(call, options, cursor));
      return { ...list, items: () => list };
    },
    async start(body, options = {}) {
      return createRunHandle<A['result']>(sender, await launch<LaunchedRun>('async', body, options));
    },
    async startFile(file, body, options = {}) {
      const uid = await upload(sender, file, options.signal);
      return createRunHandle<A['result']>(
        sender,
        await launch<LaunchedRun>('async', { ...body, inputs_upload_uid: uid }, options),
      );
    },
    async dryRun(body, { signal } = {}) {
      const mode = 'cron' in body ? 'schedule' : 'async';
      const query = { dry_run: true };
      const call = { method: 'POST', path: `${path}/run/${mode}`, query, body, isSafe: true, signal } as const;
      return (await sender.read<DryRun>(call)).body;
    },
    async schedule(body, options = {}) {
      return createScheduleHandle<A['result']>(sender, await launch<LaunchedSchedule>('schedule', body, options));
    },
  };
}

/** Uploads a file; returns the uid by which a launch takes it. */
async function upload(sender: Sender, file: Blob, signal: AbortSignal | undefined): Promise<string> {
  const call = {
    method: 'POST',
    path: '/v1/uploads',
    body: { content_length: file.size },
    isSafe: true,
    signal,
  } as const;
  const { uid, method, url, headers } = (await sender.read<Upload>(call)).body;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body: file, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw noAnswer('The upload', error);
  }
  // 412: this very file was put by an attempt whose answer was lost
  if (!response.ok && response.status !== 412) {
    throw errorOfAnswer(response.status, response.headers, await response.text(), sender.machine.now(), 'The upload');
  }
  return uid;
}

/** A short name of a cursor, for keys. */
async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
