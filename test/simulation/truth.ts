import type { FailKind, InputScript, LaunchBody } from './launch-body.ts';
import type { ScheduleTruth } from './schedules/schedule-truth.ts';
import type { AskedReceiver, NotifiedPost } from './notifications/notification-truth.ts';
import type { UploadTruth } from './uploads/upload-truth.ts';

/**
 * What really happened outside the engine: what callers were answered, actions returned and receivers got. Nothing in
 * it is read from the engine's records, so that checks can compare the two.
 */
export interface Truth {
  readonly verbs: VerbCalled[];
  readonly bulks: BulkCalled[];
  readonly launches: Launched[];
  readonly liveCalls: LiveCalled[];
  /** Inputs of live calls that walk through pages, by what the cursors of their answers are bound to. */
  readonly walked: Map<string, InputScript>;
  /** What actions were given by their upstream, and so gave on. */
  readonly pages: GivenPage[];
  readonly posts: Received[];
  /** The notifications that receivers got. */
  readonly notified: NotifiedPost[];
  /** All attempts to post to receivers, with what came of them for who made them. */
  readonly asked: AskedReceiver[];
  readonly schedules: ScheduleTruth[];
  readonly uploads: UploadTruth[];
  /** Secrets that workspaces set for themselves. Null: no action asks for any. */
  secrets: SecretSet[] | null;
  /** Times a consumer was handed the first attempt of a callback, by the callback's uid. */
  readonly firstAttempts: Map<string, number>;
  /** Receivers that are away from the start (epoch ms) and back after a time. Null: none is. */
  away: { readonly workspaces: readonly number[]; readonly startAt: number; readonly backAt: number } | null;
  /** Posts of one worker to one host that were beyond what it may make at once. */
  readonly overrun: string[];
  /** Workspaces whose receivers or actions hang beside one where all is quick. Null: it is not about that. */
  hanging: readonly number[] | null;
}

export interface Launched {
  readonly workspace: number;
  readonly body: LaunchBody;
  /** It may rightly be refused; checks of its own hold its answers. */
  readonly mayBeRefused?: true;
  /** The answer the caller got; null if the call broke off. */
  answer: { readonly status: number; readonly runUid: string | null; readonly label: string | null } | null;
}

export interface GivenPage {
  readonly runUid: string;
  /** Of the input's script. */
  readonly key: string;
  readonly input: number;
  readonly page: number;
  readonly cursor: string | null;
  readonly kind: 'page' | FailKind;
  readonly results: readonly unknown[];
  readonly next: string | null;
  /** The secret that the action read before. */
  readonly secret: { readonly name: string; readonly value: string } | null;
  /** What the action logs when it has the answer. */
  readonly logs: readonly string[];
  /** Epoch ms on the true clock. */
  readonly at: number;
  /** When the invocation that asked for it began, on the true clock. */
  readonly begunAt: number;
  /** Its workspace had no seat for work that takes long: the engine listened no longer, and it is no try. */
  isCut: boolean;
}

/** A call that sets a secret of a workspace; `value` null: it deletes it. */
export interface SecretSet {
  readonly workspace: number;
  readonly name: string;
  readonly value: string | null;
  readonly askedAt: number;
  answer: { readonly status: number; readonly at: number } | null;
}

export const VERBS = ['cancel', 'resume', 'retry'] as const;
export type Verb = (typeof VERBS)[number];

export interface VerbCalled {
  readonly verb: Verb;
  readonly runUid: string;
  /** Null: the caller was told nothing. */
  answer: { readonly status: number; readonly runStatus: string | null } | null;
}

export interface BulkCalled {
  readonly action: Verb;
  /** Its caller has begun to cancel it. */
  isCancelled: boolean;
  /** Null: the caller was told nothing, or no 202. */
  answer: { readonly uid: string } | null;
}

export interface LiveCalled {
  readonly workspace: number;
  readonly input: InputScript;
  answer: { readonly status: number; readonly runUid: string | null; readonly body: unknown } | null;
}

/** What receivers are promised, as far as checks look at it; the contract's own tests hold the rest. */
export interface ToldBody {
  readonly type: string;
  readonly callback_ref_uid: string;
  readonly occurred_at: string;
  readonly run: { readonly run_uid: string; readonly status: string; readonly tags?: readonly string[] };
  readonly results: readonly { readonly key?: string }[] | null;
  readonly input_index: number | null;
  readonly custom_data: unknown;
  readonly input: { readonly key?: string } | null;
  readonly manifest?: {
    readonly succeeded: number;
    readonly failed: number;
    readonly outputs: number;
    readonly callbacks: number;
  };
}

export interface Received {
  /** The callback's id, as its header says it. */
  readonly id: string;
  /** The body, read. */
  readonly told: ToldBody;
  readonly url: string;
  readonly workspace: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
  /** When the invocation that posted it began, on the true clock. */
  readonly begunAt: number;
  /** What the receiver answered; null: nothing. */
  readonly status: number | null;
  /** The engine listened no longer before that: its workspace had no seat for work that takes long. */
  isCut: boolean;
}

export function newTruth(): Truth {
  const lists = {
    verbs: [],
    bulks: [],
    launches: [],
    liveCalls: [],
    pages: [],
    posts: [],
    notified: [],
    asked: [],
    schedules: [],
    uploads: [],
    overrun: [],
  };
  return { ...lists, walked: new Map(), firstAttempts: new Map(), away: null, hanging: null, secrets: null };
}
