import { parseLosslessJson } from '../../shared/domain/lossless-json.ts';

export interface LaunchBody {
  /** Unlike every other launch's. */
  readonly name: string;
  readonly inputs?: readonly GivenInput[];
  /** Instead of `inputs`. */
  readonly inputs_upload_uid?: string;
  readonly parameters?: { readonly max_results: number };
  readonly callback?: {
    readonly url: string;
    readonly on?: 'all' | 'final';
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly tags?: readonly string[];
  readonly deadline_seconds?: number;
  readonly schedule_at?: string;
  readonly depends_on?: readonly { readonly uid: string; readonly require: 'success' | 'finish' }[];
  readonly on_invalid_input?: 'reject' | 'skip';
}

/** An input as a caller gives it: a script, or what the action refuses. */
export type GivenInput = (InputScript | { readonly broken: number }) & { readonly custom_data?: CustomData };

/** What only a receiver sees; `id` is a number that no double holds, and comes as it was given. */
export interface CustomData {
  readonly mine: string;
  readonly id: unknown;
}

export const LOSSLESS_ID: unknown = parseLosslessJson('9007199254740993');

/** What an input's upstream does: so many pages, and where and how often it fails. */
export interface InputScript {
  /** Unlike every other input's, and naming its workspace. */
  readonly key: string;
  readonly pages: number;
  readonly per_page: number;
  /** Extra bytes of each item that do not compress. */
  readonly padding?: number;
  /** How long each call takes. */
  readonly takes_ms?: number;
  /** `after`: so many calls of the page go well before. */
  readonly fails?: readonly {
    readonly page: number;
    readonly kind: FailKind;
    readonly times: number;
    readonly after?: number;
  }[];
}

export const FAIL_KINDS = [
  'retryable',
  'retryable_at',
  'rate_limited',
  'permanent',
  'no_result',
  'throw',
  'hang',
  'invalid_result',
  'same_cursor',
] as const;

export type FailKind = (typeof FAIL_KINDS)[number];
