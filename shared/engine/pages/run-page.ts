import { DEFER_PAGE_MS, PAGE_MARGIN_MS, QUICK_PAGE_MS } from '../../domain/timing.ts';
import { waitingLeft } from '../../domain/asked-wait.ts';
import { CALLBACK_BODY_VERSION } from '../../domain/callback-body.ts';
import type { EngineError } from '../../domain/errors.ts';
import { shortHash } from '../../domain/ids.ts';
import type { StoredInput } from '../../domain/input.ts';
import { type PageRecord, stepCycleCheck } from '../../domain/page.ts';
import { ACTION_ATTEMPTS, actionDelayMs } from '../../domain/retry.ts';
import { WORKING_STATUSES } from '../../domain/run-status.ts';
import type { RunControl } from '../../domain/run.ts';
import { sendPageCallbacks } from '../callbacks/send-callbacks.ts';
import type { PageMessage, Receipt } from '../messages.ts';
import type { CorePorts } from '../ports.ts';
import { layOutRun } from '../runs/dispatch-run.ts';
import { type CountEnd, finishInput } from '../runs/finish-input.ts';
import { settleAll } from '../settle-all.ts';
import { createShare, type Share } from '../share.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import { callPage, type CallPorts, type CallResult } from './call-page.ts';
import type { EndGatherer, PageAtWork } from './gather-ends.ts';
import { type Failure, failureOf, openPageLog, type PageLog } from './page-log.ts';
import { callbacksOf, outcomeOf } from './page-outcome.ts';
import { type PageInHand, postponePage, readPostponed, sendPostponed, sendWhenDue } from './postpone-page.ts';
import type { ActionResult } from './run-action.ts';

/**
 * One step of a run: runs one page of one input, records its outcome in the page record, and sends what follows: the
 * next page, the page's callbacks, or the end of the input. A message that comes twice, late, or of an old epoch does
 * no harm.
 */
export async function runPage(ports: PagePorts, message: PageMessage, receipt: Receipt): Promise<void> {
  const atWork = ports.ends.enter();
  try {
    await runOne(ports, message, receipt, atWork);
  } finally {
    atWork.leave();
  }
}

async function runOne(ports: PagePorts, message: PageMessage, receipt: Receipt, atWork: PageAtWork): Promise<void> {
  const takenAt = ports.clock.now();
  const [run] = await settleAll([
    ports.runs.readRun(message.runUid),
    ports.runs.prefetchInput(message.runUid, message.input),
  ]);
  if (run === null || run.control.epoch !== message.epoch) return;
  const { control: stored, definition } = run;
  const control = mayLackWindow(stored) ? (await layOutRun(ports, stored, definition))?.control : stored;
  if (control === undefined || !mayStart(control, message.epoch, ports.clock.now())) return;
  if (message.until !== null && message.until > ports.clock.now()) return sendWhenDue(ports, definition, message);

  const page: PageInHand = { message, receipt, control, definition, takenAt };
  const storedPageRecord = await readStored(ports, page);
  const recorded = storedPageRecord === null ? await runAndRecord(ports, page) : { page, pageRecord: storedPageRecord };
  if (recorded === null) return; // it waits, and the message that recorded the wait has sent it on
  if (owns(page, recorded.pageRecord)) await follow(ports, recorded.page, recorded.pageRecord, atWork);
}

/**
 * Whether a run may lack its window: a run of one input starts with its page, and a delivery may have failed before it.
 */
function mayLackWindow({ status, inputsTotal }: RunControl): boolean {
  return status === 'CREATED' || (status === 'QUEUED' && inputsTotal === 1);
}

/**
 * Whether this message sends what follows from a page record. Else another message does, and if both did, every further
 * page would run twice. The end of an input has its own conditions and may be sent again.
 */
function owns({ message, receipt }: PageInHand, pageRecord: PageRecord): boolean {
  if (pageRecord.by === receipt.by || pageRecord.epoch < message.epoch) return true;
  return message.again && (pageRecord.outcome.kind === 'FAILURE' || pageRecord.outcome.last);
}

/** The ports of running a page. */
export type PagePorts = CallPorts & { readonly pageWorkers: Share; readonly ends: EndGatherer };

/** Keeps each workspace to its share of the page workers, of which this is one of `workers`. */
export function createPageShare(ports: CorePorts, workers: number): Share {
  const longestMs = ports.settings.pageTimeoutMs + PAGE_MARGIN_MS;
  return createShare(ports, { pool: 'page', workers, patienceMs: QUICK_PAGE_MS, longestMs });
}

/** Whether a page may start now: its epoch is current, the run works, and its deadline is not past. */
function mayStart(control: RunControl, epoch: number, now: number): boolean {
  if (control.epoch !== epoch || !WORKING_STATUSES.includes(control.status)) return false;
  return control.deadlineAt === null || now < control.deadlineAt;
}

/**
 * The page record that an earlier delivery may have written, or null. A failure from before the last retry counts as
 * none. A failure since then counts, even if the run was stopped and resumed meanwhile: it may have been sent and
 * counted.
 */
async function readStored(ports: PagePorts, { message, receipt, control }: PageInHand): Promise<PageRecord | null> {
  if (receipt.count === 1 && !message.again) return null;
  const pageRecord = await ports.progress.readPageRecord(message.runUid, message.input, message.page);
  return pageRecord !== null && pageRecord.outcome.kind === 'FAILURE' && pageRecord.epoch < control.restartEpoch
    ? null
    : pageRecord;
}

/** A recorded page. The message of a page that took long is marked `slow`, and so is the next page's. */
interface Recorded {
  readonly page: PageInHand;
  readonly pageRecord: PageRecord;
}

/** Runs the action and writes the page record. Null: the page waits for another attempt instead. */
async function runAndRecord(ports: PagePorts, taken: PageInHand): Promise<Recorded | null> {
  const { message, definition } = taken;
  const postponed = await readPostponed(ports, taken);
  if (postponed !== null) return sendPostponed(ports, taken, postponed);
  const input = await ports.runs.readInput(message.runUid, message.input);
  const log = openLog(ports, taken);
  const worked = await ports.pageWorkers.within<CallResult>(
    definition.workspaceUid,
    message.slow === true,
    async (signal) => callPage(ports, taken, { input, cut: signal, log }),
  );
  const isSlow = worked.kind === 'refused' || worked.tookLong;
  const page = isSlow === (message.slow === true) ? taken : { ...taken, message: { ...message, slow: isSlow } };
  if (worked.kind === 'refused') {
    await log.keep(null);
    const at = ports.clock.now() + DEFER_PAGE_MS * (1 + ports.random.fraction());
    return postponePage(ports, page, { attempt: message.attempt, at });
  }
  const { result } = worked;
  if (result.kind === 'later') {
    return postponePage(ports, page, { attempt: message.attempt, at: result.until, reserved: result.reserved });
  }
  if (result.kind === 'held') {
    return postponePage(ports, page, { attempt: message.attempt, at: result.until, quota: result.quota });
  }
  if (result.kind === 'rate_limited') {
    const left = waitingLeft(page.control.waitedMs);
    if (left !== null) {
      await log.keep(null);
      const at = Math.min(result.retryAt, ports.clock.now() + left);
      return postponePage(ports, page, { attempt: message.attempt, at, asked: true });
    }
  }
  const spent = message.attempt + 1;
  if (result.kind === 'retryable' && spent < ACTION_ATTEMPTS) {
    const failure = failureOf(result.error, ports.random.uuid());
    logUnclassified(ports, page, result.error, failure);
    await log.keep(failure);
    const delay = actionDelayMs(spent, ports.random.fraction());
    return postponePage(ports, page, { attempt: spent, at: Math.max(ports.clock.now() + delay, result.retryAt ?? 0) });
  }
  return recordPage(ports, page, { result, input, log });
}

/** Writes the page record. If another message has written one, that one counts. */
async function recordPage(
  ports: PagePorts,
  page: PageInHand,
  { result, input, log }: { readonly result: ActionResult; readonly input: StoredInput; readonly log: PageLog },
): Promise<Recorded> {
  const { message, definition } = page;
  const { outcome, results } = outcomeOf(ports, page, result, input);
  await log.keep(outcome.kind === 'FAILURE' && !isRefusal(result) ? outcome.error : null);
  const pageRecord: PageRecord = {
    runUid: message.runUid,
    input: message.input,
    page: message.page,
    outcome,
    cursor: message.cursor,
    results: message.results + results.length,
    callbacks: message.callbacks + callbacksOf(definition, outcome),
    tries: message.tries + message.attempt,
    epoch: message.epoch,
    attempt: page.control.attempt,
    by: page.receipt.by,
    at: ports.clock.now(),
    version: CALLBACK_BODY_VERSION,
  };
  rejectStaleWorker(ports.clock, page.takenAt, ports.settings.pageTimeoutMs);
  const put = await ports.progress.putPageRecord(pageRecord, results, definition.expiresAt, page.control.restartEpoch);
  return { page, pageRecord: put.won ? pageRecord : put.stored };
}

/** Whether the page failed without a call of the action, so that no attempt was made. */
function isRefusal(result: ActionResult): boolean {
  return result.kind === 'permanent' && result.refused === true;
}

/**
 * Logs an error that the action does not classify, where the page is tried again. A last attempt's error is reported.
 */
function logUnclassified(
  ports: PagePorts,
  { message, definition }: PageInHand,
  error: EngineError,
  failure: Failure,
): void {
  if (error.label !== 'ACTION_FAILED') return;
  ports.log.warn('an action threw an error it does not classify; the page is tried again', {
    run_uid: message.runUid,
    input: message.input,
    page: message.page,
    action: definition.actionName,
    error_ref: failure.error_ref,
    stack: error.cause instanceof Error ? error.cause.stack : undefined,
  });
}

/** The log of the page's next call. */
function openLog(ports: PagePorts, { message, receipt, definition, takenAt }: PageInHand): PageLog {
  const { runUid, input, page, attempt, epoch, until, again } = message;
  const isFirst = page === 0 && attempt === 0 && epoch === 1 && until === null && !again && receipt.count === 1;
  return openPageLog(ports, {
    runUid,
    input,
    page,
    attempt: attempt + 1,
    by: receipt.by,
    isFirst,
    expiresAt: definition.expiresAt,
    work: { takenAt, ownMs: ports.settings.pageTimeoutMs },
  });
}

/** Sends what follows from a recorded page. */
async function follow(ports: PagePorts, page: PageInHand, pageRecord: PageRecord, atWork: PageAtWork): Promise<void> {
  const { message, receipt, control, definition, takenAt } = page;
  const { outcome } = pageRecord;
  const callbacks = outcome.kind === 'RESULT' ? sendPageCallbacks(ports, definition, pageRecord) : Promise.resolve();
  if (outcome.kind === 'RESULT' && outcome.nextCursor !== null && !outcome.last) {
    const next: PageMessage = {
      ...message,
      page: pageRecord.page + 1,
      cursor: outcome.nextCursor,
      attempt: 0,
      until: null,
      reserved: false,
      counted: false,
      results: pageRecord.results,
      callbacks: pageRecord.callbacks,
      tries: pageRecord.tries,
      cycle: stepCycleCheck(message.cycle, shortHash(outcome.nextCursor)),
      again: false,
    };
    await settleAll([callbacks, ports.messages.send(next, { workspaceUid: definition.workspaceUid })]);
    return;
  }
  const settled = { control, definition, pageRecord, at: message, resendsNext: receipt.count > 1 || !message.again };
  const tookMs = ports.clock.now() - takenAt;
  const countEnd: CountEnd = (runUid, epoch, end) => atWork.count(runUid, epoch, end, tookMs);
  // Side by side, so that a short run's last callbacks share a request. If one fails, the redelivery does both again.
  await settleAll([callbacks, finishInput(ports, settled, countEnd)]);
}
