/*
 * Every margin, lease, patience and check interval of the engine, in ms unless its name says otherwise, each with its
 * sum. Their order matters more than their values: test/domain/timing.test.ts compares them with each other, with the
 * functions' timeouts (shared/functions.ts) and with what queues do.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/* Work within one invocation: it ends before its function's timeout. */

/** An action has this much less time than its page's function, so that the outcome can still be recorded. */
export const PAGE_MARGIN_MS = 10 * SECOND_MS;
/** The time of an action in a live call, and of the wait for a queued page: 29 s minus recording and answering. */
export const LIVE_WORK_MS = 25 * SECOND_MS;
/** An API call that works in steps, such as a replay or an export, begins no step after this. */
export const CALL_STEPS_MS = 20 * SECOND_MS;
/** A sweep begins nothing after this, so that what it has begun ends within its 55 s and before the next sweep. */
export const SWEEP_WORK_MS = 45 * SECOND_MS;
/** The time of one attempt at a callback: the whole timeout of its function. */
export const ATTEMPT_MS = 60 * SECOND_MS;

/** A step of a bulk begins nothing after this: well within its function's 60 s. */
export const BULK_STEP_MS = 10 * SECOND_MS;
/** The index of lists may lag writes by about a second: a bulk begins this long after its launch. */
export const LIST_LAG_MS = 2 * SECOND_MS;

/** A page, or an attempt at a callback, that takes longer than this is slow: its worker needs a seat. */
export const QUICK_PAGE_MS = SECOND_MS;
export const QUICK_ATTEMPT_MS = 600;
/**
 * A page waits within its worker for a turn that is this near, because a queue delays messages by whole seconds only.
 */
export const PAGE_TURN_MS = SECOND_MS;
/** A live call waits this long for its turn. A later turn is a refusal that says when the turn is. */
export const LIVE_TURN_MS = 100;

/* Work that is put off. */

/** A page without a seat asks again after this time, up to twice as long. */
export const DEFER_PAGE_MS = 3 * SECOND_MS;
/** An attempt at a callback without a seat asks again after this time, the later the longer it has waited. */
export const DEFER_ATTEMPT_MS = { first: 3 * SECOND_MS, longest: MINUTE_MS } as const;
/**
 * A workspace that was refused a seat counts for this long among those that share the seats. Its pages ask again
 * before, and so do its first attempts at callbacks; one that has waited longer may ask later, when it counts anew.
 */
export const SEAT_WAITING_MS = 20 * SECOND_MS;
/** A run that waits no longer than this keeps its slot. A longer wait gives the slot to another run. */
export const KEEPS_SLOT_MS = MINUTE_MS;
/**
 * How long sweeps skip a due row that failed: first until the next minute, then twice as long each time. So a row waits
 * at most `longest` after the cause is gone.
 */
export const PUT_OFF_MS = { first: 30 * SECOND_MS, longest: 15 * MINUTE_MS } as const;
/** The interval of probes to a receiver that is away and for which callbacks wait. */
export const PROBE_MS = { least: MINUTE_MS, most: 5 * MINUTE_MS } as const;
/** The status of a run says NO_PROGRESS when nothing was recorded for this long. */
export const NO_PROGRESS_MS = MINUTE_MS;

/* Workers that were frozen past their time. */

/** A worker writes nothing when it is this long past its own time: its function was cut off well before. */
export const STALE_WORKER_MS = 20 * SECOND_MS;
/**
 * A stopped run's last page is recorded by an action's own time plus this, which is later than any worker still writes.
 */
export const LANDING_MARGIN_MS = 40 * SECOND_MS;
/** A seat lasts this much longer than its worker: for differing clocks, and the time from its decision to its write. */
export const SEAT_MARGIN_MS = 10 * SECOND_MS;

/* Leases: when one has lapsed, nobody works under it any more. */

/** The lease of an Idempotency-Key: longer than the 29 s of an API function. */
export const KEY_LEASE_MS = 35 * SECOND_MS;
/** How long a key is kept. */
export const KEY_LIFETIME_MS = 24 * HOUR_MS;
/** How long the URL of an upload accepts its one PUT. */
export const UPLOAD_PUT_MS = HOUR_MS;
/** How long after its creation an upload can be launched: the bucket keeps an object for a day without a launch. */
export const UPLOAD_LAUNCH_MS = 24 * HOUR_MS;
/** The lease of an upload that a launch has claimed and not yet made a run of. */
export const UPLOAD_CLAIM_LEASE_MS = MINUTE_MS;
/** The lease of a replay of many callbacks lasts this much longer than the replay's own time. */
export const REPLAY_LEASE_MARGIN_MS = 10 * SECOND_MS;
/**
 * The lease of a claimed attempt at a callback. An attempt without an outcome by then will never have one: its message
 * was received as often as allowed (8 × 6 min), or the claim was written but reported as refused, so nobody made the
 * attempt.
 */
export const CLAIM_LEASE_MS = HOUR_MS;
/** A slot this old whose run does not work was left behind by a crash. */
export const SLOT_LEASE_MS = 10 * MINUTE_MS;
/**
 * For this long after a decision about a schedule's time, only the worker that decided carries it out: two entries, or
 * EventBridge itself, may deliver a time twice at once. Later the schedule's check starts a run that is still missing.
 */
export const CARRYING_MS = MINUTE_MS;
/** A run that was decided this recently and does not exist yet counts as being started by the worker that decided. */
export const STARTING_MS = 15 * MINUTE_MS;

/* Checks by the sweep, which finds what messages lost. */

/** The longest delay of a queue's message (SQS, DelaySeconds). */
export const MAX_DELAY_MS = 15 * MINUTE_MS;
/** The first check of a run: by then its dispatch was received long ago, unless it was lost. */
export const FIRST_RUN_CHECK_MS = 2 * MINUTE_MS;
/** The first check of a live call's run: by then the call no longer waits, because its function ends at 29 s. */
export const FIRST_LIVE_CHECK_MS = 40 * SECOND_MS;
/** The first check of a schedule, in case the message to reconcile it is lost. */
export const FIRST_SCHEDULE_CHECK_MS = 2 * MINUTE_MS;
/** The first check of a bulk, in case the message of its first step is lost. Later ones come as those of runs do. */
export const FIRST_BULK_CHECK_MS = 2 * MINUTE_MS;
/** A bulk without a step for this long has lost its message: longer than a step and its way through the queue. */
export const BULK_STALLED_MS = MINUTE_MS;
/** How often a run with open work is checked. SOONEST_CHECK_MS is the shortest time between two checks. */
export const RUN_CHECK_MS = 5 * MINUTE_MS;
export const SOONEST_CHECK_MS = MINUTE_MS;
/** How often a run that the quota pages_per_day holds back looks whether the quota was raised. */
export const QUOTA_CHECK_MS = 5 * MINUTE_MS;
/** How often a receiver for which callbacks wait is checked. */
export const RECEIVER_CHECK_MS = MINUTE_MS;
/**
 * A receiver is checked for a callback that was just listed at the next multiple of the grid that is at least the lead
 * ahead. The lead is longer than a write to the table takes, with clocks that differ.
 */
export const HELD_CHECK_GRID_MS = 10 * SECOND_MS;
export const HELD_CHECK_LEAD_MS = 20 * SECOND_MS;
/** The sweep starts a postponed run this long after the moment at which its message had to. */
export const LATE_START_MS = MINUTE_MS;
/** After this long neither the message nor the sweep's start entry has started a postponed run: its check does. */
export const FORGOTTEN_START_MS = 3 * MINUTE_MS;
/** A callback's attempt counts as lost when it is this late. An attempt that is less late may be on its way. */
export const CALLBACK_GRACE_MS = 10 * MINUTE_MS;
/** A fire up to this late is on time: EventBridge fires within a minute, and the queue delivers within seconds. */
export const ON_TIME_MS = 2 * MINUTE_MS;
/**
 * A single time this near gets no entry, because EventBridge refuses a time that is past when the entry arrives. The
 * worker that would have made the entry carries the time out.
 */
export const NEAR_MS = 5 * SECOND_MS;
/**
 * A time that is later than this is dropped if the next time is due too (SUPERSEDED). The sweep finds a lost fire
 * within a minute after ON_TIME_MS; with a smaller value, a schedule that fires every minute would drop each time and
 * never fire.
 */
export const MAKES_WAY_MS = ON_TIME_MS + 65 * SECOND_MS;

/** How often the usage of each workspace is summed into records of its days. */
export const USAGE_EVERY_MS = 3 * HOUR_MS;
/**
 * A run is summed when it was created this long ago. By then it is in the index: a launch that was frozen, or is made
 * again under its key, writes the time at which it began. Together with USAGE_EVERY_MS it is far less than the shortest
 * retention time, a day.
 */
export const USAGE_LAG_MS = 2 * HOUR_MS;
/** The sums of one workspace go on in a further message after this time, well before the 60 s of their function. */
export const USAGE_WORK_MS = 30 * SECOND_MS;

/**
 * After this long without progress a page counts as lost, ms: its own time, a redelivery and a queue's backlog have
 * passed. A queue hides a message for six timeouts of its function: with pages of 60 s that is 7 min, with 15 min 105
 * min.
 */
export function stuckMs({ pageTimeoutMs }: { readonly pageTimeoutMs: number }): number {
  return Math.max(10 * MINUTE_MS, 7 * (pageTimeoutMs + PAGE_MARGIN_MS) + MINUTE_MS);
}

/**
 * The expiry of a run's items follows the run's after this long, ms: no worker writes items with the old expiry then.
 */
export function keepItemsAfterMs({ pageTimeoutMs }: { readonly pageTimeoutMs: number }): number {
  return Math.max(2 * MINUTE_MS, pageTimeoutMs + LANDING_MARGIN_MS);
}

/**
 * The first check of a deletion, in case its message is lost, and the time after which one that makes no progress is
 * sent again.
 */
export const FIRST_DELETION_CHECK_MS = 2 * MINUTE_MS;
/** One step of a deletion ends after this time, within the 60 s of its function, and the next one is a message. */
export const DELETION_STEP_MS = 15 * SECOND_MS;
/**
 * What began before a run was deleted writes nothing after this time: the longest timeout of a function (15 min), and
 * half an hour for a worker that was frozen. The rest of a deletion fits into its hour.
 */
export const LATE_WRITES_MS = 45 * MINUTE_MS;

/** An event this much older than the setting of notifications counts as later: clocks of functions differ. */
export const NOTIFICATION_SKEW_MS = MINUTE_MS;

/* How long things last. */

/** How long the record of a receiver's failures is kept after the last one. */
export const RECEIVER_KEPT_MS = 7 * 24 * HOUR_MS;

/**
 * A start may be this far in the future (`schedule_at`), and a run may wait this long for its dependencies: a leap
 * year.
 */
export const LONGEST_POSTPONE_DAYS = 366;
export const LONGEST_DEADLINE_DAYS = 30;
/** The longest total time for which a run is postponed for limits of an upstream or its action. */
export const LONGEST_WAITING_DAYS = 30;
/**
 * The longest time from a run's first page to its last, however often it is resumed: a deadline, all the waiting, and
 * once more the deadline. The objects of its pages are kept for this long plus the retention time.
 */
export const LONGEST_LIFE_DAYS = LONGEST_DEADLINE_DAYS + LONGEST_WAITING_DAYS + LONGEST_DEADLINE_DAYS;
/** An expiry moves by a check of the sweep, and then takes an hour for a run of a million inputs: time for both. */
export const EXPIRY_MARGIN_MS = 6 * HOUR_MS;
