// Printed from the OpenAPI document.

/** Code of this deployment that returns the results of one page for one input. */
export interface Action {
  /** The name of the action, as used in paths */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The ways in which the action can be run */
  readonly modes: readonly (ActionMode)[];
  /** The number of results on a full page */
  readonly page_size: number;
  /** The number of results per input in async and scheduled runs */
  readonly max_results: MaxResults;
  readonly pages_by: PagingMode;
  /** How often the workspace calls the action at most; calls beyond it wait. Null: as often as it can */
  readonly pace: Pace | null;
  /** JSON Schema of an input */
  readonly input_schema: Readonly<Record<string, unknown>>;
  /** JSON Schema of `parameters` */
  readonly parameters_schema: Readonly<Record<string, unknown>>;
  /** JSON Schema of a result */
  readonly result_schema: Readonly<Record<string, unknown>>;
}

export type ActionMode = "live" | "async" | "schedule";

export interface ApiKey {
  /** Identifies the key, also in the logs of the deployment */
  readonly uid: string;
  /** The name that the key was given */
  readonly label: string;
  /** What the key may do */
  readonly scopes: readonly (Scope)[];
  readonly created_at: string;
  /** When the key stops working; null for never */
  readonly expires_at: string | null;
  /** The day of the last call with the key, as its beginning in UTC; null for a key that was never used */
  readonly last_used_at: string | null;
}

/** One action on all runs that pass a filter. */
export interface Bulk {
  readonly uid: string;
  readonly action: BulkAction;
  /** The filter, as it was given */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly dry_run: boolean;
  readonly status: BulkStatus;
  /** Number of runs that passed the filter. Null until they are counted */
  readonly matched: number | null;
  /** Runs that were done. Runs that already were as the action leaves them count too */
  readonly done: number;
  /** Runs that could not be done */
  readonly failed: number;
  /** The first 100 runs that could not be done */
  readonly failures: readonly (BulkFailure)[];
  readonly workspace_uid: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly finished_at: string | null;
}

/** What is done to each run; `replay_callbacks` replays those that are FAILED. */
export type BulkAction = "cancel" | "resume" | "retry" | "replay_callbacks";

/** A run that could not be done, and why. */
export interface BulkFailure {
  readonly run_uid: string;
  readonly error_label: ErrorLabel;
  readonly message: string;
}

/**
 * - `QUEUED`: waiting for another bulk of the workspace to end. It begins by itself.
 * - `COUNTING`: listing the runs that pass the filter.
 * - `RUNNING`: doing them, a few at a time.
 * - `FINISHED`: each run was done, or failed. Final.
 * - `CANCELLED`: cancelled by a caller; the other runs are left as they are. Final.
 */
export type BulkStatus = "QUEUED" | "COUNTING" | "RUNNING" | "FINISHED" | "CANCELLED";

/** The body of a callback, as the receiver gets it. `type` says which it is. */
export type Callback = RunPageCallback | RunInputFailedCallback | RunFinishedCallback;

/** One attempt to deliver a callback. */
export interface CallbackAttempt {
  /** Number of the attempt, from 1. An attempt that was made twice is listed twice, with the same number */
  readonly attempt: number;
  /** When the attempt began; null if release 0.1.0 made it */
  readonly at: string | null;
  /** How long the receiver took to answer, in milliseconds, or until the attempt was given up; null if unknown */
  readonly duration_ms: number | null;
  /** HTTP status of the receiver's answer; null if there was no answer */
  readonly http_status: number | null;
  /** The first 512 bytes of the receiver's answer. Null if there was no answer, and for a page that was delivered at its first attempt */
  readonly http_response: string | null;
  /** Why the attempt failed; null if the receiver took the callback */
  readonly error: Error | null;
}

export interface CallbackCounts {
  readonly total: number;
  readonly delivered: number;
  readonly pending: number;
  readonly failed: number;
}

/** Totals of the run over all its attempts. */
export interface CallbackManifest {
  /** Inputs of the run */
  readonly inputs: number;
  /** Inputs that succeeded */
  readonly succeeded: number;
  /** Inputs that failed */
  readonly failed: number;
  /** Results of the run */
  readonly outputs: number;
  /** Callbacks of the run by distinct `callback_ref_uid`, including this one */
  readonly callbacks: number;
}

/** A callback and the state of its delivery. */
export interface CallbackRecord {
  readonly uid: string;
  /** The callback that this one replays */
  readonly parent_uid: string | null;
  /** The id that the receiver sees and deduplicates by. A replay has the id of its original */
  readonly callback_ref_uid: string;
  readonly type: CallbackType;
  /** The run; null on a notification that is about no run */
  readonly run_uid: string | null;
  /** Identifies the group of inputs that the input was stored with */
  readonly batch_uid: string | null;
  readonly input_uid: string | null;
  /** Number of the page of the input, from 0 */
  readonly page: number | null;
  /** Number of the part of the page, from 1 */
  readonly part: number | null;
  readonly status: CallbackStatus;
  /** Why the callback has this status, if the status alone does not say it */
  readonly status_reason: string | null;
  /** Number of attempts after the first */
  readonly retry_count: number;
  /** HTTP status of the receiver's last answer */
  readonly http_status: number | null;
  /** The first 2 KB of the receiver's last answer */
  readonly http_response: string | null;
  /** Why the last attempt failed */
  readonly error: Error | null;
  readonly callback_url: string;
  /** When the next attempt is due */
  readonly next_attempt_at: string | null;
  readonly created_at: string;
  /** When the receiver answered with a 2xx status */
  readonly delivered_at: string | null;
  readonly workspace_uid: string;
}

export interface CallbackRun {
  readonly run_uid: string;
  /** Identifies the group of inputs that the input was stored with */
  readonly batch_uid: string | null;
  readonly status: RunStatus;
  /** Starts at 1 and grows by 1 with each resume or retry of the run */
  readonly attempt: number;
  readonly action_name: string;
  /** The schedule that started the run */
  readonly scheduled_run_uid: string | null;
  /** The tags of the run; absent if it has none */
  readonly tags?: readonly (string)[] | undefined;
}

/** `all`: a callback for each page, each failed input and the end of the run. `final`: only for the end. */
export type CallbackSelection = "all" | "final";

/** Where callbacks are sent, and which. */
export interface CallbackSettings {
  /** The URL that callbacks are sent to: https, on a port that the deployment allows (443 by default) and a public address. A local stage also takes http to its own machine */
  readonly url: string;
  /** Headers that are sent with every callback, at most 4096 bytes together. Their values are stored encrypted and never returned */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  readonly on?: CallbackSelection | null | undefined;
}

/**
 * - `PENDING`: waiting for its first or its next attempt.
 * - `RUNNING`: an attempt is under way.
 * - `SUCCESS`: the receiver answered with a 2xx status.
 * - `FAILED`: there will be no further attempt. It can be replayed.
 */
export type CallbackStatus = "PENDING" | "RUNNING" | "FAILED" | "SUCCESS";

export interface CallbackTarget {
  /** The URL that callbacks are sent to */
  readonly url: string;
  readonly on: CallbackSelection;
}

/**
 * - `run.page`: a page of results of one input.
 * - `run.input_failed`: an input failed.
 * - `run.finished`: the run ended.
 * - `run.failed`: an asynchronous run ended FAILED or INVALID.
 * - `run.stopped_by_deadline`: a run was stopped at its deadline.
 * - `schedule.missed`: a time of a schedule was missed.
 * - `schedule.skipped`: a schedule skipped 3 times in a row.
 * - `receiver.away`: a receiver of callbacks, or its whole host, failed several times in a row. Its callbacks wait.
 * - `receiver.back`: it accepted a callback again.
 * - `quota.reached`: a call or a page was refused because of a quota, for the first time until the quota resets.
 */
export type CallbackType = "run.page" | "run.input_failed" | "run.finished" | "run.failed" | "run.stopped_by_deadline" | "schedule.missed" | "schedule.skipped" | "receiver.away" | "receiver.back" | "quota.reached";

export interface CancelRunBody {
  /** May be given, and must then be this */
  readonly action?: "cancel" | null | undefined;
}

export interface ClockNote {
  readonly local: string;
  readonly note: string;
}

export type ContentEncoding = "gzip";

export interface CreateBulkBody {
  readonly action: BulkAction;
  /** Which runs are meant, as in `GET /v1/runs`. Runs that are created later are not */
  readonly filter: {
    /** Only runs with this status: one value, or a list of which one is enough */
    readonly status?: readonly (RunStatus)[] | null | undefined;
    /** Only runs of this action: one value, or a list of which one is enough */
    readonly action_name?: readonly (string)[] | null | undefined;
    /** Only runs with this mode: one value, or a list of which one is enough */
    readonly execution_mode?: readonly (ExecutionMode)[] | null | undefined;
    /** Only the run with this uid: one value, or a list of which one is enough */
    readonly uid?: readonly (string)[] | null | undefined;
    /** Only runs of this schedule: one value, or a list of which one is enough */
    readonly scheduled_run_uid?: readonly (string)[] | null | undefined;
    /** Only runs with this name: one value, or a list of which one is enough */
    readonly name?: readonly (string)[] | null | undefined;
    /** Only runs with this tag: one value, or a list of which one is enough */
    readonly tag?: readonly (string)[] | null | undefined;
    /** Only runs that were created after this time */
    readonly created_after?: string | null | undefined;
    /** Only runs that were created before this time */
    readonly created_before?: string | null | undefined;
  };
  /** `true`: count the runs, and do nothing to them */
  readonly dry_run?: boolean | null | undefined;
}

export interface CreateKeyBody {
  /** A name by which you recognise the key */
  readonly label: string;
  /** What the key may do: `read`, `run` and `manage` by default. Only scopes of the key that makes the call */
  readonly scopes?: readonly (Scope)[] | null | undefined;
  /** When the key stops working. By default it never does */
  readonly expires_at?: string | null | undefined;
}

export interface CreateUploadBody {
  /** Size of the file in bytes. If given, the PUT must have exactly this size; otherwise the size is checked at the launch */
  readonly content_length?: number | null | undefined;
  /** How the file is compressed. The limits of an upload apply to the uncompressed file */
  readonly content_encoding?: ContentEncoding | null | undefined;
}

/** The body of a callback or a notification, as the receiver gets it. `type` says which it is. */
export type Delivery = RunPageCallback | RunInputFailedCallback | RunFinishedCallback | RunFailedNotification | RunStoppedByDeadlineNotification | ScheduleMissedNotification | ScheduleSkippedNotification | ReceiverAwayNotification | ReceiverBackNotification | QuotaReachedNotification;

/** A run that must end first: its uid, or its uid and how it must end. */
export type Dependency = string | RequiredRun;

/** `success`: the run must end SUCCEEDED. `finish`: it must end, in whatever status. */
export type DependencyRequirement = "success" | "finish";

/** What a launch would do. */
export interface DryRun {
  /** Inputs that the action accepts. Null for an upload, which is not read */
  readonly valid: number | null;
  /** Inputs that the action refuses. Null for an upload */
  readonly invalid: number | null;
  /** The first faults of the refused inputs */
  readonly validation_errors: readonly (ValidationError)[];
  readonly estimate: Estimate;
  /** What the run would wait for first; null if it would start, or fail, at once */
  readonly would_wait: StatusReason | null;
  /** `DEADLINE_TOO_SHORT`: the pace of the action does not allow the run to end before its deadline */
  readonly warnings?: readonly (LaunchWarning)[] | undefined;
}

/** Every error of the API has this form. */
export interface Error {
  /** The kind of error. Compare this value, never `message` */
  readonly error_label: ErrorLabel;
  readonly error_scope: ErrorScope;
  /** Identifies this error in the logs. Include it when you report the error */
  readonly error_ref: string;
  /** What went wrong, for a person to read. It may change */
  readonly message: string;
  /** The HTTP status that belongs to the label */
  readonly status_code: number;
  /** Whether the same request may succeed later */
  readonly retryable: boolean;
  /** Details that depend on the label, such as `scope`, `status` or `dependency`; `postponed_until` is the time from which a retry may succeed, if it is known */
  readonly params: Readonly<Record<string, unknown>>;
  /** The first 100 faults of the input; null if the error is not about an input */
  readonly validation_errors: readonly (ValidationError)[] | null;
}

export type ErrorLabel = "BAD_INPUT" | "BAD_PARAMETERS" | "UNAUTHORIZED" | "FORBIDDEN" | "RECEIVER_NOT_ALLOWED" | "NOT_FOUND" | "ACTION_NOT_FOUND" | "METHOD_NOT_ALLOWED" | "NOT_ACCEPTABLE" | "INVALID_STATE" | "IDEMPOTENCY_MISMATCH" | "IDEMPOTENCY_IN_FLIGHT" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "NO_RESULT" | "ACTION_FAILED" | "DEPENDENCY_FAILED" | "UPSTREAM_ERROR" | "UPSTREAM_TIMEOUT" | "LIMIT_REACHED" | "INTERNAL_ERROR" | "UNAVAILABLE";

/** The part of the system or of the request that the error concerns; `receiver` is the receiver of a callback. */
export type ErrorScope = "auth" | "input" | "parameters" | "action" | "receiver" | "limit" | "state" | "server";

/** What a run would take at most. */
export interface Estimate {
  /** Pages if each valid input gives `max_results` results on full pages. Null for an upload */
  readonly pages: number | null;
  /** The least time from the first of these pages to the last. Null if the action has no pace and does not say how long a page takes */
  readonly seconds: number | null;
  /** What AWS charges the owner for these pages, at list prices of us-east-1. Null for an upload */
  readonly usd: number | null;
}

/** `LIVE`: the caller waits for the results. `ASYNC`: the run works in the background. */
export type ExecutionMode = "LIVE" | "ASYNC";

export interface ExtractJsonApiInput {
  readonly url: string;
  /** Where the items are in the body, such as data.items; absent: the body is the list; dots part keys, [0] is the first of a list and [-1] its last, ["a.b"] a key that has dots */
  readonly items_path?: string | undefined;
  /** Absent: none; an answer that shows that more follows is then an error */
  readonly pagination?: {
    readonly kind: "none";
  } | {
    readonly kind: "link_header";
  } | {
    readonly kind: "next_url";
    /** Where the body has the next page's URL, such as links.next; dots part keys, [0] is the first of a list and [-1] its last, ["a.b"] a key that has dots */
    readonly url_path: string;
  } | {
    readonly kind: "cursor";
    /** Where the next cursor is in the body, such as meta.next; dots part keys, [0] is the first of a list and [-1] its last, ["a.b"] a key that has dots */
    readonly cursor_path: string;
    /** Name of a query parameter */
    readonly cursor_param: string;
  } | {
    readonly kind: "page";
    /** Name of a query parameter */
    readonly param: string;
    /** The first page; absent: the number in the URL, else 1 */
    readonly start?: number | undefined;
  } | {
    readonly kind: "offset";
    /** Name of a query parameter */
    readonly param: string;
    /** The first item's offset; absent: the number in the URL, else 0 */
    readonly start?: number | undefined;
    /** Name of a query parameter */
    readonly limit_param: string;
    readonly limit: number;
  } | undefined;
  /** What else ends the list */
  readonly stop?: {
    /** Statuses of an answer past the last page, such as 404; on the first page they are an error */
    readonly statuses?: readonly (number)[] | undefined;
    /** Where the body says whether more follows, such as has_more; false, "false", null and 0 there say no */
    readonly has_more_path?: string | undefined;
    /** An empty page ends the list, though it names a next page */
    readonly empty_page?: boolean | undefined;
    /** A page identical to the one before or the first ends the list and is left out; otherwise it is an error */
    readonly repeated_page?: boolean | undefined;
    /** A first page without a next page ends the list, though it is full or shows signs of more */
    readonly no_next?: boolean | undefined;
  } | undefined;
  /** Request headers without credentials */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Name of a secret that holds a header's value and the origins it may be sent to */
  readonly secret?: string | undefined;
  /** Any data of yours. It is returned with the results and not passed to the action */
  readonly custom_data?: Readonly<Record<string, unknown>> | null | undefined;
}

export type ExtractJsonApiLiveParameters = Readonly<Record<string, unknown>>;

export interface ExtractJsonApiParameters {
  /** How many results one input may give. */
  readonly max_results?: number | undefined;
}

export type ExtractJsonApiResult = Readonly<Record<string, unknown>>;

/** A past time of a schedule: it started a run, skipped one or missed one. */
export interface Fire {
  readonly uid: string;
  /** The time of the schedule */
  readonly nominal_at: string;
  /** When the time was carried out */
  readonly at: string;
  readonly cause: FireCause;
  readonly outcome: FireOutcome;
  /** Why no run was started; null if one was */
  readonly reason: FireReason | null;
  /** The run that was started */
  readonly run_uid: string | null;
}

/** `cron`: a time of the cron expression. `once`: `schedule_at`. `trigger`: a call of `POST …/trigger`. */
export type FireCause = "cron" | "once" | "trigger";

export interface FireCounts {
  readonly fired: number;
  readonly skipped: number;
  readonly missed: number;
}

/**
 * - `FIRED`: a run was started.
 * - `SKIPPED`: no run was started, because of the overlap policy or a pause.
 * - `MISSED`: no run was started, because the time could not be carried out soon enough.
 */
export type FireOutcome = "FIRED" | "SKIPPED" | "MISSED";

export interface FireReason {
  readonly code: FireReasonCode;
  readonly message: string;
}

export type FireReasonCode = "OVERLAP" | "PAUSED" | "TOO_LATE" | "SUPERSEDED" | "LOST";

/** An answer of API Gateway itself, without the form of other errors. */
export interface GatewayError {
  readonly message: string;
}

export interface Info {
  readonly label: InfoLabel;
  readonly message: string;
}

export type InfoLabel = "NO_RESULT";

/** The inputs by status. The five counts add up to `total`. */
export interface InputCounts {
  /** Number of inputs. Null if the lines of an upload have not been counted */
  readonly total: number | null;
  readonly succeeded: number;
  readonly failed: number;
  /** Inputs that were unfinished when the run ended */
  readonly stopped: number;
  /** Inputs that are being worked on */
  readonly running: number;
  /** Inputs that wait for their turn */
  readonly pending: number;
}

export type InputStatus = "CREATED" | "QUEUED" | "SCHEDULED" | "RUNNING" | "BLOCKED" | "STOPPED" | "FAILED" | "SUCCEEDED";

/** `reject`: nothing is created if an input is invalid. `skip`: invalid inputs end FAILED, and the others run. */
export type InvalidInputPolicy = "reject" | "skip";

/** An input of any action, and optionally `custom_data`. */
export interface LaunchInput {
  /** Any data of yours. It is returned with the results and not passed to the action */
  readonly custom_data?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface LaunchWarning {
  readonly code: WarningCode;
  readonly message: string;
}

export interface LaunchedRun {
  readonly uid: string;
  readonly name: string | null;
  readonly action_name: string;
  readonly execution_mode: ExecutionMode;
  readonly status: RunStatus;
  readonly status_reason: StatusReason | null;
  /** Parameters of the action */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where callbacks are sent; null if there are none */
  readonly callback: CallbackTarget | null;
  /** Runs that must end first */
  readonly depends_on: readonly (RunDependency)[];
  /** The words it was given to be found by */
  readonly tags: readonly (string)[];
  readonly on_invalid_input: InvalidInputPolicy;
  /** After this time QUEUED or RUNNING the run is STOPPED */
  readonly deadline_seconds: number;
  /** Starts at 1 and grows by 1 with each resume or retry */
  readonly attempt: number;
  readonly inputs: InputCounts;
  /** Number of results. It may be a few seconds old while the run is RUNNING */
  readonly output_count: number;
  /** Number of times the run was retried by a caller */
  readonly retry_count: number;
  /** The last error of the run */
  readonly last_error: Error | null;
  /** A note that is no error, such as that nothing was found */
  readonly last_info: Info | null;
  /** URL of the next page of a live call that continued in the background. Call it with the same body as the first page */
  readonly next_page_url: string | null;
  /** The schedule that started the run */
  readonly scheduled_run_uid: string | null;
  /** The name of that schedule */
  readonly scheduled_run_name: string | null;
  readonly workspace_uid: string;
  /** When it continues, if it waits for a point in time */
  readonly postponed_until: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly updated_at: string;
  /** The same as `uid` */
  readonly run_uid: string;
  /** `DEADLINE_TOO_SHORT`: the pace of the action does not allow the run to end before its deadline */
  readonly warnings?: readonly (LaunchWarning)[] | undefined;
}

export interface LaunchedSchedule {
  readonly uid: string;
  readonly name: string | null;
  readonly action_name: string;
  readonly status: ScheduleStatus;
  readonly status_reason: StatusReason | null;
  /** The first 100 inputs of each run */
  readonly inputs: readonly (Readonly<Record<string, unknown>>)[];
  /** Number of inputs of each run */
  readonly inputs_total: number;
  /** Parameters of the action */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where callbacks are sent; null if there are none */
  readonly callback: CallbackTarget | null;
  /** The words it was given to be found by */
  readonly tags: readonly (string)[];
  readonly on_invalid_input: InvalidInputPolicy;
  /** After this time QUEUED or RUNNING the run is STOPPED */
  readonly deadline_seconds: number;
  /** The cron expression; null if the schedule fires once */
  readonly cron: string | null;
  /** Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts */
  readonly schedule_at: string | null;
  /** The time zone of the cron expression */
  readonly timezone: string;
  readonly overlap: OverlapPolicy;
  /** How late a time may still fire */
  readonly catch_up_seconds: number;
  /** The maximum delay of each run */
  readonly jitter_seconds: number;
  /** The next time; null unless the schedule is ACTIVE */
  readonly next_execution_at: string | null;
  /** When the schedule last started a run */
  readonly last_executed_at: string | null;
  /** The run that the schedule started last */
  readonly last_run_uid: string | null;
  /** The past fires by outcome */
  readonly counts: FireCounts;
  readonly workspace_uid: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** The same as `uid` */
  readonly scheduled_run_uid: string;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface MaxResults {
  /** Used if `parameters.max_results` is absent */
  readonly default: number;
  /** The largest value that `parameters.max_results` may have */
  readonly ceiling: number;
}

export interface Me {
  readonly workspace: Workspace;
  /** The key of this call */
  readonly key: ApiKey;
  /** The limits of the workspace */
  readonly limits: WorkspaceLimits;
  /** What runs created today (UTC) have used, as `GET /v1/usage` counts it; null where that takes too many reads */
  readonly usage_today: UsageToday | null;
  /** The release of the deployment */
  readonly version: string;
  /** The name of the deployment */
  readonly stage: string;
}

export interface NewApiKey {
  /** Identifies the key, also in the logs of the deployment */
  readonly uid: string;
  /** The name that the key was given */
  readonly label: string;
  /** What the key may do */
  readonly scopes: readonly (Scope)[];
  readonly created_at: string;
  /** When the key stops working; null for never */
  readonly expires_at: string | null;
  /** The day of the last call with the key, as its beginning in UTC; null for a key that was never used */
  readonly last_used_at: string | null;
  /** The key itself. It is shown only in this answer */
  readonly key: string;
}

/** The body of a notification, as the receiver gets it. `type` says which it is. */
export type Notification = RunFailedNotification | RunStoppedByDeadlineNotification | ScheduleMissedNotification | ScheduleSkippedNotification | ReceiverAwayNotification | ReceiverBackNotification | QuotaReachedNotification;

/**
 * - `run.failed`: an asynchronous run ended FAILED or INVALID.
 * - `run.stopped_by_deadline`: a run was stopped at its deadline.
 * - `schedule.missed`: a time of a schedule was missed.
 * - `schedule.skipped`: a schedule skipped 3 times in a row.
 * - `receiver.away`: a receiver of callbacks, or its whole host, failed several times in a row. Its callbacks wait.
 * - `receiver.back`: it accepted a callback again.
 * - `quota.reached`: a call or a page was refused because of a quota, for the first time until the quota resets.
 */
export type NotificationType = "run.failed" | "run.stopped_by_deadline" | "schedule.missed" | "schedule.skipped" | "receiver.away" | "receiver.back" | "quota.reached";

/** Where the notifications of the workspace go. Headers are not shown. */
export interface Notifications {
  /** Where notifications are sent */
  readonly url: string;
  /** Whether headers are sent with them */
  readonly has_headers: boolean;
  /** The events that are sent */
  readonly on: readonly (NotificationType)[];
  readonly created_at: string;
  readonly updated_at: string;
}

/** The time that started no run. */
export interface NotifiedFire {
  readonly uid: string;
  /** The time of the schedule */
  readonly nominal_at: string;
  readonly outcome: FireOutcome;
  readonly reason: FireReason | null;
}

export interface NotifiedQuota {
  readonly name: QuotaName;
  readonly limit: number;
  /** When the quota resets by itself; null if it does not */
  readonly resets_at: string | null;
}

export interface NotifiedReceiver {
  /** The URL of the receiver without its query, or the origin of the host */
  readonly url: string;
  /** Whether this is a whole host, several of whose receivers gave no answer */
  readonly is_host: boolean;
  readonly away_since: string;
}

/** The run at the time of the event. */
export interface NotifiedRun {
  readonly run_uid: string;
  readonly name: string | null;
  readonly status: RunStatus;
  /** Starts at 1 and grows by 1 with each resume or retry of the run */
  readonly attempt: number;
  readonly action_name: string;
  /** The schedule that started the run */
  readonly scheduled_run_uid: string | null;
  readonly tags: readonly (string)[];
}

export interface NotifiedSchedule {
  readonly scheduled_run_uid: string;
  readonly name: string | null;
  readonly action_name: string;
}

/** A result with its input and page. */
export interface OutputEnvelope {
  readonly input_uid: string;
  /** Position of the input in the run, from 0 */
  readonly input_index: number;
  /** Number of the page of the input, from 0 */
  readonly page: number;
  /** The `custom_data` of the input, as it was given */
  readonly custom_data: Readonly<Record<string, unknown>> | null;
  /** When the page was recorded */
  readonly extracted_at: string;
  /** The result, as the action returned it */
  readonly result: unknown;
}

/**
 * What happens when the schedule is due and its last run is unfinished.
 *
 * - `skip`: no run is started.
 * - `allow`: a run is started all the same.
 * - `cancel_previous`: the last run is cancelled and a new one is started.
 */
export type OverlapPolicy = "skip" | "allow" | "cancel_previous";

export interface Pace {
  /** The most calls of the action within `per_ms` */
  readonly calls: number;
  readonly per_ms: number;
  /** The least time between two calls */
  readonly min_gap_ms: number;
  /** Whether the action counts inputs apart by what they have, not all together */
  readonly by_input: boolean;
}

/** `cursor_or_number`: a live call also takes the number of a page. */
export type PagingMode = "cursor" | "cursor_or_number";

export interface PatchScheduleBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs?: readonly (LaunchInput)[] | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  readonly name?: string | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  readonly deadline_seconds?: number | null | undefined;
  readonly tags?: readonly (string)[] | null | undefined;
  readonly cron?: string | null | undefined;
  readonly schedule_at?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly overlap?: OverlapPolicy | null | undefined;
  readonly catch_up_seconds?: number | null | undefined;
  readonly jitter_seconds?: number | null | undefined;
}

export interface PauseScheduleBody {
  /** Shown as `status_reason.message` while the schedule is paused */
  readonly note?: string | null | undefined;
}

export interface Preview {
  /** The next times */
  readonly fires: readonly (PreviewedFire)[];
  /** Times of the cron expression that a clock change skips or repeats */
  readonly notes: readonly (ClockNote)[];
}

export interface PreviewScheduleBody {
  /** A cron expression of five fields (minute, hour, day of month, month, day of week), or a macro such as `@daily` */
  readonly cron: string;
  /** The time zone of the cron expression: an IANA name such as `Europe/Berlin` */
  readonly timezone?: string | null | undefined;
  /** The time from which to count; by default now */
  readonly from?: string | null | undefined;
  /** The number of times to return */
  readonly count?: number | null | undefined;
}

export interface PreviewedFire {
  /** In UTC */
  readonly at: string;
  /** In the time zone */
  readonly local: string;
}

export interface PutNotificationsBody {
  /** The URL that callbacks are sent to: https, on a port that the deployment allows (443 by default) and a public address. A local stage also takes http to its own machine */
  readonly url: string;
  /** Headers that are sent with every notification. Absent: those that were set with the same `url` stay. `{}`: none. Their values are stored encrypted and never returned */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  /** The events to be notified of */
  readonly on: readonly (NotificationType)[];
}

export interface PutSecretBody {
  /** One line of text. A value of several lines is stored as base64 */
  readonly value: string;
}

export type QuotaName = "runs_waiting" | "schedules" | "uploads_open" | "pages_per_day";

/** A quota of the workspace was reached. It is told once until the quota resets, at most once a UTC day. */
export interface QuotaReachedNotification {
  readonly type: "quota.reached";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly quota: NotifiedQuota;
  /** When it happened */
  readonly occurred_at: string;
}

export interface Quotas {
  /** Runs that calls launched, triggered, resumed or retried, and that have never started */
  readonly runs_waiting: number | null;
  /** Schedules that are ACTIVE or PAUSED */
  readonly schedules: number | null;
  /** Uploads that wait for a launch */
  readonly uploads_open: number | null;
  /** Pages that start on one UTC day */
  readonly pages_per_day: number | null;
}

export interface RateLimit {
  /** Calls per second in the long run */
  readonly per_second: number;
  /** Calls that are possible at once when the limit is unused */
  readonly burst: number;
}

/** A receiver failed several times in a row. Its callbacks wait until it is back. */
export interface ReceiverAwayNotification {
  readonly type: "receiver.away";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly receiver: NotifiedReceiver;
  /** When it happened */
  readonly occurred_at: string;
}

/** A receiver that was away accepted a callback. Those that waited are being sent. */
export interface ReceiverBackNotification {
  readonly type: "receiver.back";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly receiver: NotifiedReceiver;
  /** When it happened */
  readonly occurred_at: string;
}

export interface ReplayRunCallbacksBody {
  /** Statuses of the callbacks to replay, FAILED by default. A callback is SUCCESS if it or one of its replays was delivered */
  readonly status?: readonly (CallbackStatus)[] | null | undefined;
}

export interface ReplayedCallbacks {
  /** Number of callbacks that are sent again */
  readonly replayed: number;
}

export interface RequiredRun {
  readonly uid: string;
  readonly require?: DependencyRequirement | null | undefined;
}

export interface ResumeRunBody {
  /** May be given, and must then be this */
  readonly action?: "resume" | null | undefined;
}

export interface RetryRunBody {
  /** May be given, and must then be this */
  readonly action?: "retry" | null | undefined;
}

export interface RotateSigningSecretBody {
  /** For how many hours the secrets so far sign beside the new one, 24 by default. 0: they end with the call */
  readonly overlap_hours?: number | null | undefined;
}

export interface Run {
  readonly uid: string;
  readonly name: string | null;
  readonly action_name: string;
  readonly execution_mode: ExecutionMode;
  readonly status: RunStatus;
  readonly status_reason: StatusReason | null;
  /** Parameters of the action */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where callbacks are sent; null if there are none */
  readonly callback: CallbackTarget | null;
  /** Runs that must end first */
  readonly depends_on: readonly (RunDependency)[];
  /** The words it was given to be found by */
  readonly tags: readonly (string)[];
  readonly on_invalid_input: InvalidInputPolicy;
  /** After this time QUEUED or RUNNING the run is STOPPED */
  readonly deadline_seconds: number;
  /** Starts at 1 and grows by 1 with each resume or retry */
  readonly attempt: number;
  readonly inputs: InputCounts;
  /** Number of results. It may be a few seconds old while the run is RUNNING */
  readonly output_count: number;
  /** Number of times the run was retried by a caller */
  readonly retry_count: number;
  /** The last error of the run */
  readonly last_error: Error | null;
  /** A note that is no error, such as that nothing was found */
  readonly last_info: Info | null;
  /** URL of the next page of a live call that continued in the background. Call it with the same body as the first page */
  readonly next_page_url: string | null;
  /** The schedule that started the run */
  readonly scheduled_run_uid: string | null;
  /** The name of that schedule */
  readonly scheduled_run_name: string | null;
  readonly workspace_uid: string;
  /** When it continues, if it waits for a point in time */
  readonly postponed_until: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly updated_at: string;
}

export interface RunAsyncBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs?: readonly (LaunchInput)[] | null | undefined;
  /** An upload (POST /v1/uploads) with the inputs, in place of `inputs` */
  readonly inputs_upload_uid?: string | null | undefined;
  /** Parameters of the action, and optionally `max_results`: the maximum number of results per input */
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  /** A name to find it by */
  readonly name?: string | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  /** After this time QUEUED or RUNNING the run is STOPPED. Other time does not count */
  readonly deadline_seconds?: number | null | undefined;
  /** When the run starts, at most a year from now. By default it starts at once */
  readonly schedule_at?: string | null | undefined;
  /** Runs that must end first. If one ends otherwise than required, this run fails with `DEPENDENCY_FAILED` */
  readonly depends_on?: readonly (Dependency)[] | null | undefined;
}

export interface RunDependency {
  readonly uid: string;
  readonly require: DependencyRequirement;
}

export interface RunDetail {
  readonly uid: string;
  readonly name: string | null;
  readonly action_name: string;
  readonly execution_mode: ExecutionMode;
  readonly status: RunStatus;
  readonly status_reason: StatusReason | null;
  /** Parameters of the action */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where callbacks are sent; null if there are none */
  readonly callback: CallbackTarget | null;
  /** Runs that must end first */
  readonly depends_on: readonly (RunDependency)[];
  /** The words it was given to be found by */
  readonly tags: readonly (string)[];
  readonly on_invalid_input: InvalidInputPolicy;
  /** After this time QUEUED or RUNNING the run is STOPPED */
  readonly deadline_seconds: number;
  /** Starts at 1 and grows by 1 with each resume or retry */
  readonly attempt: number;
  readonly inputs: InputCounts;
  /** Number of results. It may be a few seconds old while the run is RUNNING */
  readonly output_count: number;
  /** Number of times the run was retried by a caller */
  readonly retry_count: number;
  /** The last error of the run */
  readonly last_error: Error | null;
  /** A note that is no error, such as that nothing was found */
  readonly last_info: Info | null;
  /** URL of the next page of a live call that continued in the background. Call it with the same body as the first page */
  readonly next_page_url: string | null;
  /** The schedule that started the run */
  readonly scheduled_run_uid: string | null;
  /** The name of that schedule */
  readonly scheduled_run_name: string | null;
  readonly workspace_uid: string;
  /** When it continues, if it waits for a point in time */
  readonly postponed_until: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly updated_at: string;
  /** The callbacks of the run by the state of their delivery */
  readonly callbacks: CallbackCounts;
  /** The last 50 changes of status */
  readonly history: readonly (RunHistoryEntry)[];
}

export interface RunExtractJsonApiAsyncBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs?: readonly (ExtractJsonApiInput)[] | null | undefined;
  /** An upload (POST /v1/uploads) with the inputs, in place of `inputs` */
  readonly inputs_upload_uid?: string | null | undefined;
  readonly parameters?: ExtractJsonApiParameters | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  /** A name to find it by */
  readonly name?: string | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  /** After this time QUEUED or RUNNING the run is STOPPED. Other time does not count */
  readonly deadline_seconds?: number | null | undefined;
  /** When the run starts, at most a year from now. By default it starts at once */
  readonly schedule_at?: string | null | undefined;
  /** Runs that must end first. If one ends otherwise than required, this run fails with `DEPENDENCY_FAILED` */
  readonly depends_on?: readonly (Dependency)[] | null | undefined;
}

export interface RunExtractJsonApiLiveBody {
  readonly input: ExtractJsonApiInput;
  readonly parameters?: ExtractJsonApiLiveParameters | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
}

export interface RunExtractJsonApiScheduleBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs: readonly (ExtractJsonApiInput)[];
  readonly parameters?: ExtractJsonApiParameters | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  /** A name to find it by */
  readonly name?: string | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  /** After this time QUEUED or RUNNING the run is STOPPED. Other time does not count */
  readonly deadline_seconds?: number | null | undefined;
  /** A cron expression of five fields (minute, hour, day of month, month, day of week), or a macro such as `@daily` */
  readonly cron?: string | null | undefined;
  /** Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts */
  readonly schedule_at?: string | null | undefined;
  /** The time zone of the cron expression: an IANA name such as `Europe/Berlin` */
  readonly timezone?: string | null | undefined;
  readonly overlap?: OverlapPolicy | null | undefined;
  /** How late a time may still fire, for example after an outage */
  readonly catch_up_seconds?: number | null | undefined;
  /** Delays each run by up to this many seconds. A schedule always has the same delay */
  readonly jitter_seconds?: number | null | undefined;
}

/** An asynchronous run ended FAILED or INVALID. */
export interface RunFailedNotification {
  readonly type: "run.failed";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly run: NotifiedRun;
  /** The `last_error` of the run */
  readonly error: Error | null;
  /** When it happened */
  readonly occurred_at: string;
}

/** The run ended. `manifest` says how many callbacks it has. */
export interface RunFinishedCallback {
  readonly type: "run.finished";
  /** Identifies the callback. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  /** The run at the time of the event */
  readonly run: CallbackRun;
  /** The only input of the run, without `custom_data`; null if it has several */
  readonly input: Readonly<Record<string, unknown>> | null;
  /** The `custom_data` of the input, as it was given */
  readonly custom_data: Readonly<Record<string, unknown>> | null;
  readonly input_uid: string | null;
  readonly input_index: number | null;
  /** Always null */
  readonly page: number | null;
  /** Whether this is the last page of the input, and the last part of that page */
  readonly is_last_page: boolean;
  /** Number of the part, from 1. A page over 256 KB is sent in parts, each with its own `callback_ref_uid` */
  readonly part: number;
  /** Number of parts of the page */
  readonly parts: number;
  /** Why the run failed */
  readonly error: Error | null;
  /** Always null */
  readonly results: readonly (unknown)[] | null;
  readonly manifest: CallbackManifest;
  /** When the page was recorded, the input failed or the run ended */
  readonly occurred_at: string;
}

export interface RunHistoryEntry {
  readonly status: RunStatus;
  readonly at: string;
  readonly reason: string | null;
}

/** One input of a run. */
export interface RunInput {
  readonly uid: string;
  /** Position of the input in the run, from 0 */
  readonly index: number;
  readonly status: InputStatus;
  /** The input without `custom_data` */
  readonly input_data: Readonly<Record<string, unknown>>;
  /** The `custom_data` of the input, as it was given */
  readonly custom_data: Readonly<Record<string, unknown>> | null;
  /** The last error of the input */
  readonly last_error: Error | null;
  /** A note that is no error, such as that nothing was found */
  readonly last_info: Info | null;
  /** Number of results of the input */
  readonly output_count: number;
  /** Number of attempts beyond the first of each page */
  readonly retry_count: number;
  /** When it continues, if it waits for a point in time */
  readonly postponed_until: string | null;
  readonly created_at: string;
  /** When the first page of the input was recorded */
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly updated_at: string;
}

/** An input failed, at the page in `page`. */
export interface RunInputFailedCallback {
  readonly type: "run.input_failed";
  /** Identifies the callback. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  /** The run at the time of the event */
  readonly run: CallbackRun;
  /** The input without `custom_data` */
  readonly input: Readonly<Record<string, unknown>>;
  /** The `custom_data` of the input, as it was given */
  readonly custom_data: Readonly<Record<string, unknown>> | null;
  readonly input_uid: string;
  /** Position of the input in the run, from 0 */
  readonly input_index: number;
  /** Number of the page of the input, from 0 */
  readonly page: number;
  /** Whether this is the last page of the input, and the last part of that page */
  readonly is_last_page: boolean;
  /** Number of the part, from 1. A page over 256 KB is sent in parts, each with its own `callback_ref_uid` */
  readonly part: number;
  /** Number of parts of the page */
  readonly parts: number;
  /** Why the input failed */
  readonly error: Error;
  /** Always null */
  readonly results: readonly (unknown)[] | null;
  /** When the page was recorded, the input failed or the run ended */
  readonly occurred_at: string;
}

export interface RunLiveBody {
  /** The input of the action, and optionally `custom_data` */
  readonly input: LaunchInput;
  /** Parameters of the action */
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
}

export interface RunLogError {
  readonly error_label: ErrorLabel;
  /** Finds the error in the logs of the stage */
  readonly error_ref: string;
}

/** A line that the action logged, or an attempt of it that failed. */
export interface RunLogLine {
  /** When the line was logged, or the attempt failed */
  readonly at: string;
  /** Position of the input in the run, from 0 */
  readonly input_index: number;
  /** Number of the page of the input, from 0 */
  readonly page: number;
  /** The attempt at the page, from 1. A call that only had to wait takes none */
  readonly attempt: number;
  readonly level: LogLevel;
  /** At most 2,000 characters. The values of secrets are replaced by `[secret NAME]` */
  readonly message: string;
  /** What was logged beside the message. Where its JSON is over 2,000 characters, `data` has its beginning */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** The error of a failed attempt. Null on a line that the action logged */
  readonly error: RunLogError | null;
}

/** A page of results of one input. */
export interface RunPageCallback {
  readonly type: "run.page";
  /** Identifies the callback. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  /** The run at the time of the event */
  readonly run: CallbackRun;
  /** The input without `custom_data` */
  readonly input: Readonly<Record<string, unknown>>;
  /** The `custom_data` of the input, as it was given */
  readonly custom_data: Readonly<Record<string, unknown>> | null;
  readonly input_uid: string;
  /** Position of the input in the run, from 0 */
  readonly input_index: number;
  /** Number of the page of the input, from 0 */
  readonly page: number;
  /** Whether this is the last page of the input, and the last part of that page */
  readonly is_last_page: boolean;
  /** Number of the part, from 1. A page over 256 KB is sent in parts, each with its own `callback_ref_uid` */
  readonly part: number;
  /** Number of parts of the page */
  readonly parts: number;
  /** Always null */
  readonly error: Error | null;
  /** The results of the page, as the action returned them */
  readonly results: readonly (unknown)[];
  /** When the page was recorded, the input failed or the run ended */
  readonly occurred_at: string;
}

export interface RunProgress {
  readonly uid: string;
  readonly status: RunStatus;
  readonly status_reason: StatusReason | null;
  /** When it continues, if it waits for a point in time */
  readonly postponed_until: string | null;
  readonly inputs: InputCounts;
  /** Number of results. It may be a few seconds old while the run is RUNNING */
  readonly output_count: number;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly updated_at: string;
}

export interface RunScheduleBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs: readonly (LaunchInput)[];
  /** Parameters of the action, and optionally `max_results`: the maximum number of results per input */
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  /** A name to find it by */
  readonly name?: string | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  /** After this time QUEUED or RUNNING the run is STOPPED. Other time does not count */
  readonly deadline_seconds?: number | null | undefined;
  /** A cron expression of five fields (minute, hour, day of month, month, day of week), or a macro such as `@daily` */
  readonly cron?: string | null | undefined;
  /** Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts */
  readonly schedule_at?: string | null | undefined;
  /** The time zone of the cron expression: an IANA name such as `Europe/Berlin` */
  readonly timezone?: string | null | undefined;
  readonly overlap?: OverlapPolicy | null | undefined;
  /** How late a time may still fire, for example after an outage */
  readonly catch_up_seconds?: number | null | undefined;
  /** Delays each run by up to this many seconds. A schedule always has the same delay */
  readonly jitter_seconds?: number | null | undefined;
}

export interface RunSearchCitiesAsyncBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs?: readonly (SearchCitiesInput)[] | null | undefined;
  /** An upload (POST /v1/uploads) with the inputs, in place of `inputs` */
  readonly inputs_upload_uid?: string | null | undefined;
  readonly parameters?: SearchCitiesParameters | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  /** A name to find it by */
  readonly name?: string | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  /** After this time QUEUED or RUNNING the run is STOPPED. Other time does not count */
  readonly deadline_seconds?: number | null | undefined;
  /** When the run starts, at most a year from now. By default it starts at once */
  readonly schedule_at?: string | null | undefined;
  /** Runs that must end first. If one ends otherwise than required, this run fails with `DEPENDENCY_FAILED` */
  readonly depends_on?: readonly (Dependency)[] | null | undefined;
}

export interface RunSearchCitiesLiveBody {
  readonly input: SearchCitiesInput;
  readonly parameters?: SearchCitiesLiveParameters | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
}

export interface RunSearchCitiesScheduleBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs: readonly (SearchCitiesInput)[];
  readonly parameters?: SearchCitiesParameters | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  /** A name to find it by */
  readonly name?: string | null | undefined;
  /** Words to find it by: at most 10. A repeated one counts once */
  readonly tags?: readonly (string)[] | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  /** After this time QUEUED or RUNNING the run is STOPPED. Other time does not count */
  readonly deadline_seconds?: number | null | undefined;
  /** A cron expression of five fields (minute, hour, day of month, month, day of week), or a macro such as `@daily` */
  readonly cron?: string | null | undefined;
  /** Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts */
  readonly schedule_at?: string | null | undefined;
  /** The time zone of the cron expression: an IANA name such as `Europe/Berlin` */
  readonly timezone?: string | null | undefined;
  readonly overlap?: OverlapPolicy | null | undefined;
  /** How late a time may still fire, for example after an outage */
  readonly catch_up_seconds?: number | null | undefined;
  /** Delays each run by up to this many seconds. A schedule always has the same delay */
  readonly jitter_seconds?: number | null | undefined;
}

/**
 * - `CREATED`: stored; its inputs are being prepared.
 * - `INVALID`: refused after it was created, for example because no input is valid. Final.
 * - `BLOCKED`: waiting for a run it depends on, or for a free slot. It starts by itself.
 * - `SCHEDULED`: waiting for its start time, or for a rate limit. It continues by itself.
 * - `QUEUED`: it has a slot; no page has started yet.
 * - `RUNNING`: a page has started.
 * - `STOPPED`: cancelled by a caller or stopped at its deadline. It can be resumed.
 * - `SUCCEEDED`: every input succeeded. Final.
 * - `PARTIAL_SUCCEEDED`: some inputs failed, or an input failed after it gave results. It can be retried.
 * - `FAILED`: no input succeeded and there are no results. It can be retried.
 */
export type RunStatus = "CREATED" | "INVALID" | "BLOCKED" | "QUEUED" | "SCHEDULED" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "PARTIAL_SUCCEEDED" | "FAILED";

/** A run was stopped at its deadline. It can be resumed. */
export interface RunStoppedByDeadlineNotification {
  readonly type: "run.stopped_by_deadline";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly run: NotifiedRun;
  /** The deadline of the run */
  readonly deadline_seconds: number;
  /** When it happened */
  readonly occurred_at: string;
}

/** Starts runs at the times of a cron expression, or once. */
export interface Schedule {
  readonly uid: string;
  readonly name: string | null;
  readonly action_name: string;
  readonly status: ScheduleStatus;
  readonly status_reason: StatusReason | null;
  /** The first 100 inputs of each run */
  readonly inputs: readonly (Readonly<Record<string, unknown>>)[];
  /** Number of inputs of each run */
  readonly inputs_total: number;
  /** Parameters of the action */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Where callbacks are sent; null if there are none */
  readonly callback: CallbackTarget | null;
  /** The words it was given to be found by */
  readonly tags: readonly (string)[];
  readonly on_invalid_input: InvalidInputPolicy;
  /** After this time QUEUED or RUNNING the run is STOPPED */
  readonly deadline_seconds: number;
  /** The cron expression; null if the schedule fires once */
  readonly cron: string | null;
  /** Without `cron`: the time at which the schedule fires once. With `cron`: the time from which it counts */
  readonly schedule_at: string | null;
  /** The time zone of the cron expression */
  readonly timezone: string;
  readonly overlap: OverlapPolicy;
  /** How late a time may still fire */
  readonly catch_up_seconds: number;
  /** The maximum delay of each run */
  readonly jitter_seconds: number;
  /** The next time; null unless the schedule is ACTIVE */
  readonly next_execution_at: string | null;
  /** When the schedule last started a run */
  readonly last_executed_at: string | null;
  /** The run that the schedule started last */
  readonly last_run_uid: string | null;
  /** The past fires by outcome */
  readonly counts: FireCounts;
  readonly workspace_uid: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A time of a schedule was missed. */
export interface ScheduleMissedNotification {
  readonly type: "schedule.missed";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly schedule: NotifiedSchedule;
  readonly fire: NotifiedFire;
  /** When it happened */
  readonly occurred_at: string;
}

/** A schedule skipped three times in a row; `fire` is the third. */
export interface ScheduleSkippedNotification {
  readonly type: "schedule.skipped";
  /** Identifies the notification. It is the same on every delivery and replay: deduplicate by it */
  readonly callback_ref_uid: string;
  readonly workspace_uid: string;
  readonly schedule: NotifiedSchedule;
  readonly fire: NotifiedFire;
  /** When it happened */
  readonly occurred_at: string;
}

/**
 * - `ACTIVE`: it fires at its times.
 * - `PAUSED`: it does not fire until it is resumed.
 * - `CANCELLED`: cancelled by a caller. Final.
 * - `COMPLETED`: its last time has passed. Final.
 */
export type ScheduleStatus = "ACTIVE" | "PAUSED" | "CANCELLED" | "COMPLETED";

/**
 * - `read`: read runs, schedules and callbacks.
 * - `run`: launch runs, cancel, resume and retry them, and replay callbacks.
 * - `manage`: create and change schedules, and read the signing secrets.
 * - `admin`: manage the API keys and secrets of the workspace.
 */
export type Scope = "read" | "run" | "manage" | "admin";

export interface SearchCitiesInput {
  /** ISO 3166 alpha-2 code in capitals */
  readonly country?: string | undefined;
  /** Beginning of the name, whatever its case and accents: "sao" finds "São Paulo" */
  readonly name?: string | undefined;
  /** Least number of inhabitants */
  readonly min_population?: number | undefined;
  /** Any data of yours. It is returned with the results and not passed to the action */
  readonly custom_data?: Readonly<Record<string, unknown>> | null | undefined;
}

export type SearchCitiesLiveParameters = Readonly<Record<string, unknown>>;

export interface SearchCitiesParameters {
  /** How many results one input may give. */
  readonly max_results?: number | undefined;
}

export interface SearchCitiesResult {
  readonly name: string;
  readonly country: string;
  /** 0 when unknown */
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
  /** First-level division in GeoNames, such as a state; may be empty */
  readonly admin_code: string;
}

export interface Secret {
  /** The name under which actions ask for the secret */
  readonly name: string;
  /** When it was first set */
  readonly created_at: string;
  /** When its value was last set */
  readonly updated_at: string;
}

export interface SigningSecret {
  readonly secret: string;
  readonly created_at: string;
  /** Until when the secret signs callbacks; null for no end */
  readonly expires_at: string | null;
}

export interface SigningSecrets {
  readonly secrets: readonly (SigningSecret)[];
}

/** `created_at`: oldest first. `-created_at`: newest first. */
export type SortOrder = "created_at" | "-created_at";

/** Why a run or schedule has its status. */
export interface StatusReason {
  /** The reason, such as `CONCURRENCY_LIMIT` or `DEADLINE`. More codes may be added */
  readonly code: string;
  /** The reason in words */
  readonly message: string;
  /** Since when the reason holds */
  readonly since: string;
  /** When the status is checked again; null if that depends on an event */
  readonly retry_at: string | null;
  /** The runs that this one waits for */
  readonly blocking_uids: readonly (string)[];
  /** Where a quota holds the run back: `quota`, its name, `limit` and `resets_at`. Else empty */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface TestCallbackBody {
  /** The URL that callbacks are sent to: https, on a port that the deployment allows (443 by default) and a public address. A local stage also takes http to its own machine */
  readonly url: string;
  /** Headers that are sent with every callback, at most 4096 bytes together. Their values are stored encrypted and never returned */
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  /** The type of the callback */
  readonly type?: CallbackType | null | undefined;
}

export interface TestRequest {
  /** The headers that were sent; the values of your own are hidden */
  readonly headers: Readonly<Record<string, string>>;
  /** The body that was sent and signed */
  readonly body: string;
}

export interface TestResponse {
  readonly http_status: number;
  /** The headers of the answer: the first 50, and 8 KB together at most */
  readonly headers: Readonly<Record<string, string>>;
  /** The first 2 KB of the answer */
  readonly body: string;
  /** How long the receiver took to answer, in milliseconds */
  readonly duration_ms: number;
}

/** A test callback, and what came of it. */
export interface TestedCallback {
  /** What was sent */
  readonly request: TestRequest;
  /** What the receiver answered; null if there was no answer */
  readonly response: TestResponse | null;
  /** Why a callback with this answer would count as failed; null if it would not */
  readonly error: Error | null;
}

export interface UpdateKeyBody {
  /** A name by which you recognise the key */
  readonly label: string;
}

export interface UpdateScheduleBody {
  /** The inputs: each has the properties of the action, and optionally `custom_data` */
  readonly inputs?: readonly (LaunchInput)[] | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | null | undefined;
  readonly callback?: CallbackSettings | null | undefined;
  readonly name?: string | null | undefined;
  readonly on_invalid_input?: InvalidInputPolicy | null | undefined;
  readonly deadline_seconds?: number | null | undefined;
  readonly tags?: readonly (string)[] | null | undefined;
  readonly cron?: string | null | undefined;
  readonly schedule_at?: string | null | undefined;
  readonly timezone?: string | null | undefined;
  readonly overlap?: OverlapPolicy | null | undefined;
  readonly catch_up_seconds?: number | null | undefined;
  readonly jitter_seconds?: number | null | undefined;
}

/** A place for one file of inputs. */
export interface Upload {
  /** Pass it as `inputs_upload_uid` to one launch within 24 hours */
  readonly uid: string;
  readonly method: "PUT";
  /** The URL to send the file to. It takes one PUT; a second one is answered with 412 */
  readonly url: string;
  /** Headers that the PUT must have */
  readonly headers: Readonly<Record<string, string>>;
  /** The maximum size of the file. A larger file is refused at the launch */
  readonly max_bytes: number;
  /** The PUT must begin before this time */
  readonly expires_at: string;
}

export type UsageGrouping = "day" | "action";

/** What runs have used. */
export interface UsageRow {
  /** The UTC day on which the runs were created; null where days are summed */
  readonly day: string | null;
  /** The action; null where actions are summed */
  readonly action_name: string | null;
  /** Async runs, those of schedules among them, that have ended */
  readonly runs: number;
  /** Live calls */
  readonly live_calls: number;
  /** Pages recorded: those that gave results, and those that failed for good */
  readonly pages: number;
  /** Results recorded */
  readonly outputs: number;
  /** Callbacks, each counted once however often it was sent */
  readonly callbacks: number;
  /** What that costs the operator in AWS, in dollars, at the measured cost of a usual page */
  readonly estimated_usd: number;
}

export interface UsageToday {
  /** Async runs, those of schedules among them, that have ended */
  readonly runs: number;
  /** Live calls */
  readonly live_calls: number;
  /** Pages recorded: those that gave results, and those that failed for good */
  readonly pages: number;
  /** Results recorded */
  readonly outputs: number;
  /** Callbacks, each counted once however often it was sent */
  readonly callbacks: number;
  /** What that costs the operator in AWS, in dollars, at the measured cost of a usual page */
  readonly estimated_usd: number;
}

export interface ValidationError {
  /** Where the fault is, such as `inputs[3].country`; empty for the whole body */
  readonly path: string;
  /** What is wrong, and what is allowed */
  readonly message: string;
}

export type WarningCode = "DEADLINE_TOO_SHORT";

export interface Workspace {
  readonly uid: string;
  readonly name: string;
}

export interface WorkspaceLimits {
  /** Of live calls */
  readonly live: RateLimit;
  /** Of calls that start, repeat or change something */
  readonly launch: RateLimit;
  /** Of reads */
  readonly read: RateLimit;
  /** Runs that may be at work at once; further ones are BLOCKED until one ends */
  readonly runs_at_once: number;
  /** Inputs of one run that may be at work at once */
  readonly inputs_in_flight: number;
  /** Hosts that callbacks and notifications may be sent to, such as `hooks.example.com`, or `*.example.com` for all hosts below it; null for any */
  readonly callback_hosts: readonly (string)[] | null;
  /** Further limits, null where there is none. Over one, a call is answered with 429 `LIMIT_REACHED` */
  readonly quotas: Quotas;
}

export interface RunLiveQuery {
  /** The number of the page, from 1, for an action that pages by number. Use either `page` or `cursor` */
  readonly page?: number | undefined;
}

export interface RunAsyncQuery {
  /** `true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` is not used up */
  readonly dry_run?: boolean | undefined;
}

export interface ListRunsQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** The order of the list */
  readonly sort?: SortOrder | undefined;
  /** Only runs with this status. Repeat the parameter to allow several values */
  readonly status?: readonly (RunStatus)[] | undefined;
  /** Only runs of this action. Repeat the parameter to allow several values */
  readonly action_name?: readonly (string)[] | undefined;
  /** Only runs with this mode. Repeat the parameter to allow several values */
  readonly execution_mode?: readonly (ExecutionMode)[] | undefined;
  /** Only the run with this uid. Repeat the parameter to allow several values */
  readonly uid?: readonly (string)[] | undefined;
  /** Only runs of this schedule. Repeat the parameter to allow several values */
  readonly scheduled_run_uid?: readonly (string)[] | undefined;
  /** Only runs with this name. Repeat the parameter to allow several values */
  readonly name?: readonly (string)[] | undefined;
  /** Only runs with this tag. Repeat the parameter to allow several values */
  readonly tag?: readonly (string)[] | undefined;
  /** Only runs that were created after this time */
  readonly created_after?: string | undefined;
  /** Only runs that were created before this time */
  readonly created_before?: string | undefined;
}

export interface GetRunQuery {
  /** Waits up to this many seconds for the run to end, and answers as soon as it has ended */
  readonly wait?: number | undefined;
}

export interface ListRunInputsQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** Only inputs with this status. Repeat the parameter to allow several values */
  readonly status?: readonly (InputStatus)[] | undefined;
}

export interface ListRunOutputsQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** `true`: return each result together with its input and page */
  readonly envelope?: boolean | undefined;
}

export interface ListRunLogsQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** Only the log of the input at this position. Without it the logs of all inputs are listed */
  readonly input_index?: number | undefined;
}

export interface ListCallbacksQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** The order of the list */
  readonly sort?: SortOrder | undefined;
  /** Only callbacks with this status. Repeat the parameter to allow several values */
  readonly status?: readonly (CallbackStatus)[] | undefined;
  /** Only callbacks of this run. Repeat the parameter to allow several values */
  readonly run_uid?: readonly (string)[] | undefined;
}

export interface ListRunCallbacksQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** `true`: only callbacks that have not been delivered */
  readonly undelivered?: boolean | undefined;
}

export interface ListNotificationsQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** The order of the list */
  readonly sort?: SortOrder | undefined;
}

export interface RunScheduleQuery {
  /** `true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` is not used up */
  readonly dry_run?: boolean | undefined;
}

export interface ListSchedulesQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
  /** The order of the list */
  readonly sort?: SortOrder | undefined;
  /** Only schedules with this status. Repeat the parameter to allow several values */
  readonly status?: readonly (ScheduleStatus)[] | undefined;
  /** Only schedules of this action. Repeat the parameter to allow several values */
  readonly action_name?: readonly (string)[] | undefined;
  /** Only the schedule with this uid. Repeat the parameter to allow several values */
  readonly uid?: readonly (string)[] | undefined;
  /** Only schedules with this name. Repeat the parameter to allow several values */
  readonly name?: readonly (string)[] | undefined;
  /** Only schedules with this tag. Repeat the parameter to allow several values */
  readonly tag?: readonly (string)[] | undefined;
}

export interface ListScheduleInputsQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
}

export interface ListFiresQuery {
  /** The maximum number of items on a page */
  readonly limit?: number | undefined;
}

export interface GetUsageQuery {
  /** The first day, in UTC. Without it, the 30th day before the last */
  readonly from?: string | undefined;
  /** The last day, in UTC. Without it, today */
  readonly to?: string | undefined;
  /** Without it, there is a row for each day and action */
  readonly by?: UsageGrouping | undefined;
}

export interface RunExtractJsonApiAsyncQuery {
  /** `true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` is not used up */
  readonly dry_run?: boolean | undefined;
}

export interface RunExtractJsonApiScheduleQuery {
  /** `true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` is not used up */
  readonly dry_run?: boolean | undefined;
}

export interface RunSearchCitiesLiveQuery {
  /** The number of the page, from 1, for an action that pages by number. Use either `page` or `cursor` */
  readonly page?: number | undefined;
}

export interface RunSearchCitiesAsyncQuery {
  /** `true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` is not used up */
  readonly dry_run?: boolean | undefined;
}

export interface RunSearchCitiesScheduleQuery {
  /** `true`: checks the call and answers with what it would do. Nothing is written or sent, and an `Idempotency-Key` is not used up */
  readonly dry_run?: boolean | undefined;
}
