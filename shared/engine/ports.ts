import type { ActionRegistry } from '../sdk/action-registry.ts';
import type { ActionFetch } from '../sdk/action.ts';
import type { MessageSender } from './messages.ts';
import type {
  AdmissionStore,
  CallbackStore,
  DueStore,
  PaceStore,
  ProgressStore,
  ReceiverStore,
  RunStore,
  SeatStore,
} from './stores.ts';

/**
 * Everything the engine asks of the world: here what is neither state (stores.ts) nor a message (messages.ts). The order it
 * relies on is always the same: state first (each write carries its condition), message second; whatever is lost between
 * the two is found again by the sweeper.
 */

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once after so many ms; the answer cancels. */
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

/** One signed POST. Never throws for what the receiver does; every fault is an answer. */
export interface CallbackSender {
  post(request: {
    readonly url: string;
    readonly workspaceUid: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Aborted where its answer is waited for no longer; that is a failure like any other. */
    readonly signal: AbortSignal;
  }): Promise<CallbackAnswer>;
}

/** What a launch is held against before it is accepted. */
export interface CallbackPolicy {
  /** Why a callback's url or headers are refused, by path, or nothing. */
  findFaults(callback: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  }): readonly { readonly path: string; readonly message: string }[];
}

export type CallbackAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** Secrets of a workspace, derived from the one master secret. */
export interface Secrets {
  /** Headers of the Standard Webhooks signature. */
  signatureHeaders(workspaceUid: string, id: string, at: number, body: string): Promise<Record<string, string>>;
  sealHeaders(runUid: string, headers: Readonly<Record<string, string>>): Promise<string>;
  openHeaders(runUid: string, sealed: string): Promise<Readonly<Record<string, string>>>;
}

/** What an action's page may reach. */
export interface ActionServices {
  /** Runs an action's page so that what it writes to the console is known as its run's. */
  enter<Result>(runUid: string, work: () => Promise<Result>): Promise<Result>;
  fetchFor(workspaceUid: string): ActionFetch;
  /** A secret of the owner's. Permanent, without the value, for one that is not set or cannot be used. */
  secret(name: string): Promise<string>;
  /** The text with `[secret NAME]` for the values that were read here, however they are written in it. */
  maskSecrets(text: string): string;
  /** The name of a secret that was read here and whose value the text holds, or null. */
  findSecret(text: string): string | null;
}

/** What the stage's owner set. */
export interface EngineSettings {
  readonly retentionDays: number;
  /** How long one page of an async run may take, ms. */
  readonly pageTimeoutMs: number;
  /** How long a live page may take, ms. */
  readonly liveTimeoutMs: number;
  /** A large run has one input in hand for every so many it has. */
  readonly inputsAPlace: number;
  /** Uploads of one workspace that may wait for a launch at once. */
  readonly uploadsOpen: number;
}

/** The whole world of the engine. A verb takes the part it uses. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly runs: RunStore;
  readonly progress: ProgressStore;
  readonly admission: AdmissionStore;
  readonly paces: PaceStore;
  readonly seats: SeatStore;
  readonly callbacks: CallbackStore;
  readonly receivers: ReceiverStore;
  readonly due: DueStore;
  readonly messages: MessageSender;
  readonly sender: CallbackSender;
  readonly callbackPolicy: CallbackPolicy;
  readonly secrets: Secrets;
  readonly actions: ActionRegistry;
  readonly actionServices: ActionServices;
  readonly settings: EngineSettings;
}

/** What every step of a run needs; what only some functions have (secrets, the way out) stands beside it. */
export type CorePorts = Omit<Ports, 'sender' | 'secrets' | 'callbackPolicy' | 'actions' | 'actionServices'>;
