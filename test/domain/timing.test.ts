import { describe, expect, test } from 'vitest';
import {
  ATTEMPT_MS,
  NEAR_MS,
  RECEIVER_CHECK_MS,
  NO_PROGRESS_MS,
  PROBE_MS,
  PUT_OFF_MS,
  KEEPS_SLOT_MS,
  SEAT_WAITING_MS,
  DEFER_ATTEMPT_MS,
  DEFER_PAGE_MS,
  LIVE_TURN_MS,
  PAGE_TURN_MS,
  QUICK_ATTEMPT_MS,
  QUICK_PAGE_MS,
  KEY_LIFETIME_MS,
  UPLOAD_PUT_MS,
  UPLOAD_LAUNCH_MS,
  CALL_STEPS_MS,
  CALLBACK_GRACE_MS,
  CARRYING_MS,
  CLAIM_LEASE_MS,
  EXPIRY_MARGIN_MS,
  HELD_CHECK_LEAD_MS,
  FIRST_LIVE_CHECK_MS,
  FIRST_RUN_CHECK_MS,
  FIRST_SCHEDULE_CHECK_MS,
  FORGOTTEN_START_MS,
  keepItemsAfterMs,
  KEY_LEASE_MS,
  LANDING_MARGIN_MS,
  LATE_START_MS,
  LATE_WRITES_MS,
  FIRST_DELETION_CHECK_MS,
  DELETION_STEP_MS,
  LIVE_WORK_MS,
  LONGEST_DEADLINE_DAYS,
  LONGEST_LIFE_DAYS,
  LONGEST_WAITING_DAYS,
  MAKES_WAY_MS,
  MAX_DELAY_MS,
  ON_TIME_MS,
  PAGE_MARGIN_MS,
  REPLAY_LEASE_MARGIN_MS,
  RUN_CHECK_MS,
  SEAT_MARGIN_MS,
  SLOT_LEASE_MS,
  SOONEST_CHECK_MS,
  STALE_WORKER_MS,
  STARTING_MS,
  stuckMs,
  SWEEP_WORK_MS,
  UPLOAD_CLAIM_LEASE_MS,
} from '../../shared/domain/timing.ts';
import { nextCheck } from '../../shared/engine/runs/check-times.ts';
import {
  FUNCTION_NAMES,
  type FunctionName,
  FUNCTIONS,
  MAX_RECEIVES,
  type QueueWorker,
  timeoutSecondsOf,
  visibilitySecondsOf,
} from '../../shared/functions.ts';

const MINUTE_MS = 60_000;
/** The HTTP API answers by itself after this (API Gateway, "Quotas for HTTP APIs"). */
const GATEWAY_MS = 30_000;

/** The shortest, the usual and the longest that the setting takes. */
const PAGE_TIMEOUTS = [20, 60, 900];

const timeoutMs = (name: FunctionName, pageTimeoutSeconds = 60): number =>
  timeoutSecondsOf(name, { pageTimeoutSeconds }) * 1_000;
/** From a message's receive to its next one, and the work of that. */
const redeliveredMs = (name: QueueWorker, pageTimeoutSeconds = 60): number =>
  visibilitySecondsOf(name, { pageTimeoutSeconds }) * 1_000 + timeoutMs(name, pageTimeoutSeconds);
const apiMs = Math.max(
  ...FUNCTION_NAMES.filter((name) => FUNCTIONS[name].grants.some((grant) => grant === 'answerCalls')).map((name) =>
    timeoutMs(name),
  ),
);

/** Each smaller than the next. */
function rises(...values: readonly number[]): void {
  const sorted = [...new Set(values)].toSorted((a, b) => a - b);
  expect(values).toEqual(sorted);
}

describe('what an invocation does ends before its function', () => {
  test('an API call before its function, and that before the gateway', () => {
    rises(CALL_STEPS_MS, LIVE_WORK_MS, apiMs, GATEWAY_MS);
    rises(LIVE_WORK_MS, timeoutMs('live'));
  });

  test('a sweep before its function, and that before the next sweep', () => {
    rises(SWEEP_WORK_MS, timeoutMs('sweep'), MINUTE_MS);
  });

  test('a callback has the whole of its function, and an action of the shortest page function half of it', () => {
    expect(ATTEMPT_MS).toBe(timeoutMs('callback'));
    for (const seconds of PAGE_TIMEOUTS) expect(PAGE_MARGIN_MS).toBeLessThanOrEqual(timeoutMs('page', seconds) / 2);
  });
});

describe('what is put off comes again in time', () => {
  test('a page asks again for a seat twice before its workspace is no longer counted', () => {
    rises(QUICK_ATTEMPT_MS, QUICK_PAGE_MS, DEFER_PAGE_MS, 2 * DEFER_PAGE_MS, SEAT_WAITING_MS / 2);
    rises(DEFER_ATTEMPT_MS.first, DEFER_ATTEMPT_MS.longest, CALLBACK_GRACE_MS);
  });

  test('a turn that is waited for at work takes none of the time of others', () => {
    rises(LIVE_TURN_MS, PAGE_TURN_MS, PAGE_MARGIN_MS);
  });

  test('a row that failed, by the next sweep at first, and before anything is given up', () => {
    rises(PUT_OFF_MS.first, MINUTE_MS, PUT_OFF_MS.longest, CLAIM_LEASE_MS);
  });

  test('a receiver that is away is asked no more often than sweeps come', () => {
    expect(PROBE_MS.least).toBeGreaterThanOrEqual(RECEIVER_CHECK_MS);
    rises(PROBE_MS.least, PROBE_MS.most, CALLBACK_GRACE_MS);
  });

  test('a check of a receiver lies ahead of the write that asks for it, by two answers of the table and a clock', () => {
    rises(2 * 5_000 + SEAT_MARGIN_MS - 1, HELD_CHECK_LEAD_MS, RECEIVER_CHECK_MS);
  });

  test('a run says that it stands still before what was lost is sent again, and gives its slot up later than messages', () => {
    rises(NO_PROGRESS_MS, stuckMs({ pageTimeoutMs: 0 }));
    rises(KEEPS_SLOT_MS, MAX_DELAY_MS);
    rises(NEAR_MS, MINUTE_MS);
  });
});

describe('a worker frozen past its time', () => {
  test.each(PAGE_TIMEOUTS)('is cut off, then stale, and then nothing of it lands: page function of %i s', (seconds) => {
    const pageTimeoutMs = timeoutMs('page', seconds) - PAGE_MARGIN_MS;
    rises(
      pageTimeoutMs,
      timeoutMs('page', seconds),
      pageTimeoutMs + STALE_WORKER_MS,
      pageTimeoutMs + LANDING_MARGIN_MS,
    );
    rises(timeoutMs('callback'), ATTEMPT_MS + STALE_WORKER_MS, ATTEMPT_MS + STALE_WORKER_MS + 1);
    rises(timeoutMs('page', seconds), pageTimeoutMs + PAGE_MARGIN_MS + SEAT_MARGIN_MS);
    // By then its items are written, and those of a former expiry found.
    rises(pageTimeoutMs + STALE_WORKER_MS, keepItemsAfterMs({ pageTimeoutMs }) + 1);
  });

  test.each(PAGE_TIMEOUTS)(
    'has its page sent again once its redelivery had its time: page function of %i s',
    (seconds) => {
      const pageTimeoutMs = timeoutMs('page', seconds) - PAGE_MARGIN_MS;
      rises(redeliveredMs('page', seconds), stuckMs({ pageTimeoutMs }));
    },
  );
});

describe('a lease lasts longer than whoever has it works', () => {
  test('of an API function', () => {
    rises(apiMs, KEY_LEASE_MS, KEY_LIFETIME_MS);
    rises(timeoutMs('launch'), UPLOAD_CLAIM_LEASE_MS);
    rises(apiMs, CALL_STEPS_MS + REPLAY_LEASE_MARGIN_MS);
    rises(apiMs, SLOT_LEASE_MS);
  });

  test('of a worker, and of its message where that comes again', () => {
    expect(CARRYING_MS).toBeGreaterThanOrEqual(timeoutMs('control'));
    rises(redeliveredMs('control'), SLOT_LEASE_MS);
    rises(CARRYING_MS, redeliveredMs('control'), STARTING_MS);
    rises(MAX_RECEIVES * visibilitySecondsOf('callback', { pageTimeoutSeconds: 60 }) * 1_000, CLAIM_LEASE_MS);
  });
});

describe('a check comes when the usual way had its time', () => {
  test('of runs and schedules after the call that made them', () => {
    rises(apiMs, FIRST_LIVE_CHECK_MS, FIRST_RUN_CHECK_MS);
    rises(apiMs, FIRST_SCHEDULE_CHECK_MS);
    expect(SOONEST_CHECK_MS).toBeGreaterThanOrEqual(MINUTE_MS); // a sweep comes each minute
    rises(SOONEST_CHECK_MS, RUN_CHECK_MS);
    const from = 1_900_000_000_001;
    rises(from + RUN_CHECK_MS, nextCheck(from), from + 2 * RUN_CHECK_MS);
  });

  test('of a postponed run after its own entry and the sweep that finds that', () => {
    rises(LATE_START_MS, LATE_START_MS + MINUTE_MS, FORGOTTEN_START_MS);
    rises(MAX_DELAY_MS, MAX_DELAY_MS + LATE_START_MS);
  });

  test('of a callback after its redelivery', () => {
    rises(redeliveredMs('callback'), CALLBACK_GRACE_MS, CLAIM_LEASE_MS);
  });

  test("of a schedule's time after EventBridge's minute and a sweep", () => {
    rises(MINUTE_MS, ON_TIME_MS, ON_TIME_MS + MINUTE_MS, MAKES_WAY_MS);
  });
});

test('what is left of a deleted run goes step by step, and once more when nothing can write it, within the hour', () => {
  const longest = Math.max(...FUNCTION_NAMES.map((name) => timeoutMs(name, 900)));
  rises(2 * DELETION_STEP_MS, timeoutMs('control'), FIRST_DELETION_CHECK_MS);
  rises(longest + LANDING_MARGIN_MS, LATE_WRITES_MS, LATE_WRITES_MS + 2 * MINUTE_MS, 60 * MINUTE_MS);
});

test('an upload is put, launched and gone in this order', () => {
  rises(UPLOAD_PUT_MS, UPLOAD_LAUNCH_MS);
});

test('the longest life has room for two deadlines, all waiting and the move of an expiry', () => {
  expect(LONGEST_LIFE_DAYS).toBeGreaterThanOrEqual(2 * LONGEST_DEADLINE_DAYS + LONGEST_WAITING_DAYS);
  rises(RUN_CHECK_MS * 2 + 60 * MINUTE_MS, EXPIRY_MARGIN_MS); // a check, and an hour for a million inputs
  rises(EXPIRY_MARGIN_MS, 86_400_000); // the shortest retention
});
