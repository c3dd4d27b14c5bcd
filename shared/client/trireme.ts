import { type ActionHandle, type ActionTypes, type AnyActions, createActionHandle } from './actions.ts';
import type {
  Action,
  ApiKey,
  Bulk,
  CallbackAttempt,
  CallbackRecord,
  CreateBulkBody,
  CreateKeyBody,
  GetUsageQuery,
  ListCallbacksQuery,
  ListNotificationsQuery,
  ListRunsQuery,
  ListSchedulesQuery,
  Me,
  NewApiKey,
  Notifications,
  Preview,
  PreviewScheduleBody,
  PutNotificationsBody,
  Run,
  RunDetail,
  RotateSigningSecretBody,
  Schedule,
  Secret,
  SigningSecrets,
  TestCallbackBody,
  TestedCallback,
  UsageRow,
} from './api-types.ts';
import type { List } from './pages.ts';
import { createRunHandle, keyOf, readList, type RunHandle } from './runs.ts';
import { createScheduleHandle, type ScheduleHandle } from './schedules.ts';
import {
  type Call,
  type CallOptions,
  type ClientOptions,
  createSender,
  type KeyedOptions,
  type Sender,
} from './send.ts';

export type * from './api-types.ts';
export type { ActionHandle, ActionTypes, AnyActions, AsyncLaunch, LiveCall, ScheduleLaunch } from './actions.ts';
export { InvalidOption, TriremeError, type TriremeErrorLabel } from './error.ts';
export type { List, Page } from './pages.ts';
export type { RetryPolicy } from './retry.ts';
export { hasEnded, type Outputs, type RunHandle, type TextSink } from './runs.ts';
export type { ScheduleHandle } from './schedules.ts';
export type { CallOptions, ClientOptions, KeyedOptions } from './send.ts';

type NameOf<Actions> = keyof Actions & string;

/**
 * A client of one deployment under one API key. `Actions`: the types that `trireme types` prints; without them any name
 * and any input is taken.
 */
export class Trireme<Actions extends { readonly [Name in keyof Actions]: ActionTypes } = AnyActions> {
  readonly #sender: Sender;

  /** Throws InvalidOption for a URL or a key that no request can be made with. */
  constructor(options: ClientOptions) {
    this.#sender = createSender(options);
  }

  /** One action, to be run. */
  action<Name extends NameOf<Actions>>(name: Name): ActionHandle<Actions[Name]> {
    return createActionHandle<Actions[Name]>(this.#sender, name);
  }

  readonly actions = {
    list: async (options: CallOptions = {}): Promise<readonly Action[]> =>
      this.#read({ method: 'GET', path: '/v1/actions', ...options }),
  };

  readonly runs = {
    /** Runs of the workspace, newest first. */
    list: (query: ListRunsQuery = {}, { signal }: CallOptions = {}): List<Run> =>
      readList(this.#sender, '/v1/runs', query, signal),
    get: async (uid: string, options: CallOptions = {}): Promise<RunHandle> =>
      createRunHandle(
        this.#sender,
        await this.#read<RunDetail>({ method: 'GET', path: `/v1/runs/${uid}`, ...options }),
      ),
  };

  readonly schedules = {
    list: (query: ListSchedulesQuery = {}, { signal }: CallOptions = {}): List<Schedule> =>
      readList(this.#sender, '/v1/schedules', query, signal),
    get: async (uid: string, options: CallOptions = {}): Promise<ScheduleHandle> =>
      createScheduleHandle(this.#sender, await this.#read({ method: 'GET', path: `/v1/schedules/${uid}`, ...options })),
    /** The next times of a cron expression. */
    preview: (body: PreviewScheduleBody, options: CallOptions = {}): Promise<Preview> =>
      this.#read({ method: 'POST', path: '/v1/schedules/preview', body, isSafe: true, ...options }),
  };

  readonly callbacks = {
    list: (query: ListCallbacksQuery = {}, { signal }: CallOptions = {}): List<CallbackRecord> =>
      readList(this.#sender, '/v1/runs/callbacks', query, signal),
    get: (uid: string, options: CallOptions = {}): Promise<CallbackRecord> =>
      this.#read({ method: 'GET', path: `/v1/runs/callbacks/${uid}`, ...options }),
    /** Sends one callback once more. */
    replay: (uid: string, { idempotencyKey, signal }: KeyedOptions = {}): Promise<CallbackRecord> =>
      this.#read({ method: 'POST', path: `/v1/runs/callbacks/${uid}/replay`, key: keyOf(idempotencyKey), signal }),
    /** The attempts to deliver one callback, oldest first. */
    attempts: (uid: string, options: CallOptions = {}): Promise<readonly CallbackAttempt[]> =>
      this.#read({ method: 'GET', path: `/v1/runs/callbacks/${uid}/attempts`, ...options }),
    /** The body of one callback as its receiver gets it, byte for byte. */
    body: async (uid: string, options: CallOptions = {}): Promise<string> =>
      (await this.#sender.send({ method: 'GET', path: `/v1/runs/callbacks/${uid}/body`, ...options })).text,
    /** Sends one signed example to a receiver, and tells what it answered. */
    test: (body: TestCallbackBody, options: CallOptions = {}): Promise<TestedCallback> =>
      this.#read({ method: 'POST', path: '/v1/callbacks/test', body, ...options }),
  };

  /** Where the workspace is notified, and of what; `callbacks` gets, replays and shows one by its uid. */
  readonly notifications = {
    put: (body: PutNotificationsBody, options: CallOptions = {}): Promise<Notifications> =>
      this.#read({ method: 'PUT', path: '/v1/notifications', body, ...options }),
    get: (options: CallOptions = {}): Promise<Notifications> =>
      this.#read({ method: 'GET', path: '/v1/notifications', ...options }),
    delete: (options: CallOptions = {}): Promise<Notifications> =>
      this.#read({ method: 'DELETE', path: '/v1/notifications', ...options }),
    /** Those that were sent, newest first. */
    list: (query: ListNotificationsQuery = {}, { signal }: CallOptions = {}): List<CallbackRecord> =>
      readList(this.#sender, '/v1/notifications/deliveries', query, signal),
  };

  readonly keys = {
    list: (options: CallOptions = {}): Promise<readonly ApiKey[]> =>
      this.#read({ method: 'GET', path: '/v1/keys', ...options }),
    /** A new key: the answer is the only one that has it. Sent once: an answer that is lost leaves a key to delete. */
    create: (body: CreateKeyBody, options: CallOptions = {}): Promise<NewApiKey> =>
      this.#read({ method: 'POST', path: '/v1/keys', body, ...options }),
    rename: (uid: string, label: string, options: CallOptions = {}): Promise<ApiKey> =>
      this.#read({ method: 'PATCH', path: `/v1/keys/${uid}`, body: { label }, ...options }),
    delete: (uid: string, options: CallOptions = {}): Promise<ApiKey> =>
      this.#read({ method: 'DELETE', path: `/v1/keys/${uid}`, ...options }),
  };

  /** The workspace's own values of the secrets that actions declare; a value that was put is never shown. */
  readonly secrets = {
    list: (options: CallOptions = {}): Promise<readonly Secret[]> =>
      this.#read({ method: 'GET', path: '/v1/secrets', ...options }),
    put: (name: string, value: string, options: CallOptions = {}): Promise<Secret> =>
      this.#read({ method: 'PUT', path: `/v1/secrets/${encodeURIComponent(name)}`, body: { value }, ...options }),
    delete: async (name: string, { signal }: CallOptions = {}): Promise<void> => {
      await this.#sender.send({ method: 'DELETE', path: `/v1/secrets/${encodeURIComponent(name)}`, signal });
    },
  };

  /** One action on all runs that pass a filter. It works in the background. */
  readonly bulk = {
    start: (body: CreateBulkBody, { idempotencyKey, signal }: KeyedOptions = {}): Promise<Bulk> =>
      this.#read({ method: 'POST', path: '/v1/bulk', body, key: keyOf(idempotencyKey), signal }),
    get: (uid: string, options: CallOptions = {}): Promise<Bulk> =>
      this.#read({ method: 'GET', path: `/v1/bulk/${uid}`, ...options }),
    /** Ends it; what was done stays. */
    cancel: (uid: string, options: CallOptions = {}): Promise<Bulk> =>
      this.#read({ method: 'POST', path: `/v1/bulk/${uid}/cancel`, isSafe: true, ...options }),
  };

  /** What the workspace has used, by UTC day or action. */
  usage(query: GetUsageQuery = {}, options: CallOptions = {}): Promise<readonly UsageRow[]> {
    return this.#read({ method: 'GET', path: '/v1/usage', query, ...options });
  }

  /** The workspace and the key of this client, and the limits in force. */
  me(options: CallOptions = {}): Promise<Me> {
    return this.#read({ method: 'GET', path: '/v1/me', ...options });
  }

  /** The secrets that callbacks are signed with, newest first. */
  signingSecrets(options: CallOptions = {}): Promise<SigningSecrets['secrets']> {
    return this.#read<SigningSecrets>({ method: 'GET', path: '/v1/signing-secret', ...options }).then(
      ({ secrets }) => secrets,
    );
  }

  /** Makes a new signing secret; until the overlap ends callbacks carry the signatures of both. */
  rotateSigningSecret(
    body: RotateSigningSecretBody = {},
    { idempotencyKey, signal }: KeyedOptions = {},
  ): Promise<SigningSecrets['secrets']> {
    const path = '/v1/signing-secret/rotate';
    return this.#read<SigningSecrets>({ method: 'POST', path, body, key: keyOf(idempotencyKey), signal }).then(
      ({ secrets }) => secrets,
    );
  }

  async #read<Body>(call: Call): Promise<Body> {
    return (await this.#sender.read<Body>(call)).body;
  }
}
