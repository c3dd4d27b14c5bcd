import type { ActionRegistry } from '../sdk/action-registry.ts';
import type { ActionFetch } from '../sdk/action.ts';
import type { MessageSender } from './messages.ts';
import type { AdmissionStore } from './stores/admission-store.ts';
import type { CallbackStore } from './stores/callback-store.ts';
import type { DueStore } from './stores/due-store.ts';
import type { LogStore } from './stores/log-store.ts';
import type { PaceStore } from './stores/pace-store.ts';
import type { ProgressStore } from './stores/progress-store.ts';
import type { QuotaStore } from './stores/quota-store.ts';
import type { ReceiverStore } from './stores/receiver-store.ts';
import type { RunStore } from './stores/run-store.ts';
import type { SeatStore } from './stores/seat-store.ts';
import type { NotificationStore } from './stores/notification-store.ts';
import type { UsageStore } from './usage/usage-store.ts';

/**
 * Everything that the engine needs from outside. State is in stores/, messages are in messages.ts, the rest is here. A
 * read of a store is strongly consistent where it says so. A write with a condition says what it returns when the
 * condition fails. The engine always writes state first (each write has its condition) and sends the message second.
 * What is lost between the two is found by the sweep.
 */

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once after `ms`. The returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  bytes(count: number): Uint8Array;
  /** A random UUID, for references that only need to be unique. */
  uuid(): string;
}

type LogLine = (message: string, data?: Readonly<Record<string, unknown>>) => void;
export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
}

/** Makes one signed POST. It never throws for what the receiver does: every fault is an answer. */
export interface CallbackSender {
  post(request: {
    readonly url: string;
    readonly workspaceUid: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Aborts the request, which is then a failure like any other. */
    readonly signal: AbortSignal;
  }): Promise<CallbackAnswer>;
}

/** The stage's rules for callbacks, checked before a launch is accepted. */
export interface CallbackPolicy {
  /** Why a callback's url or headers are refused, by path (`url`, `headers`); empty: they are allowed. */
  findFaults(
    workspaceUid: string,
    callback: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<readonly { readonly path: string; readonly message: string }[]>;
  /** Why nothing may be sent to the host of an accepted URL any more; null: it may. */
  refusalOfHost(workspaceUid: string, url: string): Promise<string | null>;
}

/** The outcome of a POST: the receiver's answer, or why there is none. */
export type CallbackAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly retryAfter: string | undefined;
      /** Those that are told of the answer, by name in lower case; absent: none. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** The secrets of workspaces, derived from the one master secret. */
export interface Secrets {
  /** The headers of the Standard Webhooks signature. */
  signatureHeaders(workspaceUid: string, id: string, at: number, body: string): Promise<Record<string, string>>;
  sealHeaders(runUid: string, headers: Readonly<Record<string, string>>): Promise<string>;
  unsealHeaders(runUid: string, sealed: string): Promise<Readonly<Record<string, string>>>;
}

/** What actions may use while their pages run. */
export interface ActionServices {
  /** Runs an action's page so that its console output is masked and logged with the run's uid. */
  enter<Result>(run: RunOnConsole, work: () => Promise<Result>): Promise<Result>;
  /** What actions may use in runs of one workspace. */
  forWorkspace(workspaceUid: string): WorkspaceServices;
}

/** A run whose action may write to the console. */
export interface RunOnConsole {
  readonly runUid: string;
  readonly workspaceUid: string;
}

/** What an action may use in runs of one workspace. */
export interface WorkspaceServices {
  readonly fetch: ActionFetch;
  /**
   * The workspace's own value of a secret, or else that of the stage's owner. Throws a permanent error without the
   * value where it is not set or not usable.
   */
  readonly secret: (name: string) => Promise<string>;
  /** The text with `[secret NAME]` for every secret value that this worker has read for it, in any encoding. */
  maskSecrets(text: string): string;
  /** The name of a secret that this worker has read and whose value the text contains, or null. */
  findSecret(text: string): string | null;
}

/** Settings by the stage's owner. */
export interface EngineSettings {
  readonly retentionDays: number;
  /** How long one page of an async run may take, ms. */
  readonly pageTimeoutMs: number;
  /** How long a live page may take, ms. */
  readonly liveTimeoutMs: number;
  /** A large run has one open input per this many inputs. */
  readonly inputsAPlace: number;
  /** How many uploads of one workspace may wait for a launch. */
  readonly uploadsOpen: number;
  /** A run is summed into its day's usage when it was created this long ago, ms. */
  readonly usageLagMs: number;
}

/** All ports of the engine. A verb takes the part that it uses. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly runs: RunStore;
  readonly progress: ProgressStore;
  readonly logs: LogStore;
  readonly admission: AdmissionStore;
  readonly paces: PaceStore;
  readonly seats: SeatStore;
  readonly callbacks: CallbackStore;
  readonly notifications: NotificationStore;
  readonly receivers: ReceiverStore;
  readonly due: DueStore;
  readonly usage: UsageStore;
  readonly quotas: QuotaStore;
  readonly messages: MessageSender;
  readonly sender: CallbackSender;
  readonly callbackPolicy: CallbackPolicy;
  readonly secrets: Secrets;
  readonly actions: ActionRegistry;
  readonly actionServices: ActionServices;
  readonly settings: EngineSettings;
}

/** The ports that every step of a run needs, without those that only some functions have. */
export type CorePorts = Omit<Ports, 'sender' | 'secrets' | 'callbackPolicy' | 'actions' | 'actionServices'>;
