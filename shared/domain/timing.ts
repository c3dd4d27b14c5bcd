/*
 * Every margin, lease, patience and check interval of the engine, in ms unless its name says otherwise, each with its sum.
 * Their order matters more than their values: test/domain/timing.test.ts compares them with each other, with the functions'
 * timeouts (shared/functions.ts) and with what queues do.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/* Work within one invocation: it ends before its function's timeout. */

/** A page's action has this much less than its function, so that there is time to record how it ended. */
export const PAGE_MARGIN_MS = 10 * SECOND_MS;
/** An action in a live call, and a live call that waits for its queued page: 29 s less what recording and answering take. */
export const LIVE_WORK_MS = 25 * SECOND_MS;
/** An API call that works in steps, as replays and exports do, begins none after this. */
export const CALL_STEPS_MS = 20 * SECOND_MS;
/** A sweep begins nothing after this: what it has begun ends before its 55 s, and so before the next sweep. */
export const SWEEP_WORK_MS = 45 * SECOND_MS;
/** One attempt at a callback: all that its function has. */
export const ATTEMPT_MS = 60 * SECOND_MS;

/** What works longer than this takes long: its worker needs a seat. A page, and an attempt at a callback. */
export const QUICK_PAGE_MS = SECOND_MS;
export const QUICK_ATTEMPT_MS = 600;
/** A turn in an action's pace that is this near is waited for at work, for a queue holds messages back by whole seconds. */
export const PAGE_TURN_MS = SECOND_MS;
/** In a live call any other turn is a refusal that says when it may be. */
export const LIVE_TURN_MS = 100;

/* Work that is put off. */

/** A page asks again for a seat after this, and up to twice as long. */
export const DEFER_PAGE_MS = 3 * SECOND_MS;
/** An attempt at a callback does so too, and the later the longer it has waited. */
export const DEFER_ATTEMPT_MS = { first: 3 * SECOND_MS, longest: MINUTE_MS } as const;
/** A workspace that was refused a seat is counted with those who share for so long: its pages ask again well within. */
export const SEAT_WAITING_MS = 20 * SECOND_MS;
/** A run that waits for up to this long keeps its slot; longer waits give it to another run. */
export const KEEPS_SLOT_MS = MINUTE_MS;
/**
 * A row at which a sweep failed is passed over so long: first until the next minute, then twice as long each time.
 * Whatever was wrong, once it is right again a row waits for the longest at most.
 */
export const PUT_OFF_MS = { first: 30 * SECOND_MS, longest: 15 * MINUTE_MS } as const;
/** A receiver that is away, and for which callbacks wait, is asked anew this often. */
export const PROBE_MS = { least: MINUTE_MS, most: 5 * MINUTE_MS } as const;
/** A page at work for longer is worth a word in its run's status. */
export const NO_PROGRESS_MS = MINUTE_MS;

/* Workers that were frozen past their time. */

/** A worker writes nothing so long after its own time: its function has been cut off well before. */
export const STALE_WORKER_MS = 20 * SECOND_MS;
/** What a stopped run has in flight has landed so long after an action's own time: past any worker that is not yet stale. */
export const LANDING_MARGIN_MS = 40 * SECOND_MS;
/** A seat outlasts its worker by this: for the clocks of workers, and the time from a seat's count to its write. */
export const SEAT_MARGIN_MS = 10 * SECOND_MS;

/* Leases: whoever finds one lapsed is alone. */

/** Of an Idempotency-Key: longer than an API function works, 29 s. */
export const KEY_LEASE_MS = 35 * SECOND_MS;
/** How long a key is kept. */
export const KEY_LIFETIME_MS = 24 * HOUR_MS;
/** How long the URL of an upload takes its one PUT. */
export const UPLOAD_PUT_MS = HOUR_MS;
/** How long after it was asked for an upload can be launched: the bucket keeps what was put a day, then forgets it. */
export const UPLOAD_LAUNCH_MS = 24 * HOUR_MS;
/** Of an upload that a launch has claimed and made no run of. */
export const UPLOAD_CLAIM_LEASE_MS = MINUTE_MS;
/** Of a replay of many callbacks, beyond its own time. */
export const REPLAY_LEASE_MARGIN_MS = 10 * SECOND_MS;
/**
 * Of an attempt at a callback: one not settled by then never will be. Its message has been received as often as it may
 * (8 × 6 min), or its claim was carried out and reported as refused, so that nobody made it.
 */
export const CLAIM_LEASE_MS = HOUR_MS;
/** A slot this old whose run does not work under it was left behind by a crash. */
export const SLOT_LEASE_MS = 10 * MINUTE_MS;
/**
 * What was decided about a schedule's time this recently is being carried out by whoever decided it: two entries, or
 * EventBridge itself, may bring a time twice at once. Afterwards the schedule's check finds the run it owes.
 */
export const CARRYING_MS = MINUTE_MS;
/** A run that was decided this recently and is not there yet is about to be made by whoever decided it. */
export const STARTING_MS = 15 * MINUTE_MS;

/* Checks by the sweep, which finds what messages lost. */

/** A queue holds a message back this long at most (SQS, DelaySeconds). */
export const MAX_DELAY_MS = 15 * MINUTE_MS;
/** First check of a run: by then its dispatch has long been received, unless it was lost. */
export const FIRST_RUN_CHECK_MS = 2 * MINUTE_MS;
/** Of the run of a live call: by then whoever waited for it is gone, for its function ends at 29 s. */
export const FIRST_LIVE_CHECK_MS = 40 * SECOND_MS;
/** Of a schedule, should the message that asks for its reconciliation be lost. */
export const FIRST_SCHEDULE_CHECK_MS = 2 * MINUTE_MS;
/** A run that owes something is checked this often, and never twice within a minute. */
export const RUN_CHECK_MS = 5 * MINUTE_MS;
export const SOONEST_CHECK_MS = MINUTE_MS;
/** A receiver that callbacks wait for is checked this often. */
export const RECEIVER_CHECK_MS = MINUTE_MS;
/** A run that a message was to take up again is started by the sweep so long after. */
export const LATE_START_MS = MINUTE_MS;
/** A postponed run that neither its message nor that entry has started by then was forgotten. */
export const FORGOTTEN_START_MS = 3 * MINUTE_MS;
/** A callback whose next attempt is so late was lost: its message may just be on its way. */
export const CALLBACK_GRACE_MS = 10 * MINUTE_MS;
/** EventBridge fires within a minute and the queue hands on within seconds: up to this much is no lateness. */
export const ON_TIME_MS = 2 * MINUTE_MS;
/**
 * A single time this near gets no entry: EventBridge refuses a time that is past when the entry arrives. Whoever would have
 * made it carries the time out.
 */
export const NEAR_MS = 5 * SECOND_MS;
/**
 * By so much a time may be late before it makes way for the next one. A sweep finds what did not arrive within a minute
 * after ON_TIME_MS: in a schedule that fires every minute each time would make way else, and none fire.
 */
export const MAKES_WAY_MS = ON_TIME_MS + 65 * SECOND_MS;

/**
 * Nothing that moved this recently is stuck: a page's time, its redelivery and a queue's backlog pass before. A queue hides
 * a message for six timeouts of its function, so that 60 s of a page make 7 min, and 15 min of it 105 min.
 */
export function stuckMs({ pageTimeoutMs }: { readonly pageTimeoutMs: number }): number {
  return Math.max(10 * MINUTE_MS, 7 * (pageTimeoutMs + PAGE_MARGIN_MS) + MINUTE_MS);
}

/** When a run's expiry has moved, its items follow after this: by then nobody writes one under the former expiry any more. */
export function keepItemsAfterMs({ pageTimeoutMs }: { readonly pageTimeoutMs: number }): number {
  return Math.max(2 * MINUTE_MS, pageTimeoutMs + LANDING_MARGIN_MS);
}

/* How long things last. */

/** A record of a receiver's failures that are this old says nothing any more. */
export const RECEIVER_KEPT_MS = 7 * 24 * HOUR_MS;

/** A start may be so far off (`schedule_at`), and a run it depends on may wait as long: a leap year. */
export const LONGEST_POSTPONE_DAYS = 366;
export const LONGEST_DEADLINE_DAYS = 30;
/** A run is postponed for the limits of others so long in all. */
export const LONGEST_WAITING_DAYS = 30;
/**
 * From its first page on a run works or waits this long at most, however often it is taken up: a deadline, all the waiting,
 * and once more the deadline. The objects of its pages are kept for so long and the retention.
 */
export const LONGEST_LIFE_DAYS = LONGEST_DEADLINE_DAYS + LONGEST_WAITING_DAYS + LONGEST_DEADLINE_DAYS;
/** Moving an expiry on takes a check of the sweep, and an hour for a run of a million inputs. */
export const EXPIRY_MARGIN_MS = 6 * HOUR_MS;
