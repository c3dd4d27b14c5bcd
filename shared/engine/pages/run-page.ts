import { DEFER_PAGE_MS, PAGE_MARGIN_MS, PAGE_TURN_MS, QUICK_PAGE_MS } from '../../domain/timing.ts';
import { MAX_WAITING_MS, waitingLeft } from '../../domain/asked-wait.ts';
import { CALLBACK_BODY_VERSION, partStarts, repeatedBytes } from '../../domain/callback.ts';
import { EngineError } from '../../domain/errors.ts';
import { shortHash } from '../../domain/ids.ts';
import type { StoredInput } from '../../domain/input.ts';
import { isoOf } from '../../domain/instant.ts';
import {
  type CycleCheck,
  cursorWithin,
  cutPage,
  type PageOutcome,
  type PageRecord,
  stepCycleCheck,
} from '../../domain/page.ts';
import { ACTION_ATTEMPTS, actionDelayMs } from '../../domain/retry.ts';
import { type RunControl, type RunDefinition, WORKING_STATUSES } from '../../domain/run.ts';
import { layOutRun } from '../runs/dispatch-run.ts';
import { type CountEnd, finishInput } from '../runs/finish-input.ts';
import type { EndGatherer, PageAtWork } from './gather-ends.ts';
import { type Failure, failureOf, openPageLog, type PageLog } from './page-log.ts';
import { pagingFault } from './paging-fault.ts';
import { type PageInHand, postponePage, readPostponed, sendPostponed, sendWhenDue } from './postpone-page.ts';
import type { CorePorts, Ports } from '../ports.ts';
import type { PageMessage, Receipt } from '../messages.ts';
import type { Action } from '../../sdk/action.ts';
import { type ActionResult, runAction } from './run-action.ts';
import { createShare, CUT, type Share } from '../share.ts';
import { sendPageCallbacks } from '../callbacks/send-callbacks.ts';
import { rejectStaleWorker } from '../stale-worker.ts';
import { takeTurn, type TurnGiven } from './take-turn.ts';
import { takePage } from '../quotas.ts';
import { reportError } from '../report-error.ts';
import { settleAll } from '../settle-all.ts';

/** A page whose message is received more often spends an attempt without running, so that a crash loop ends. */
const RECEIVES_TRUSTED = 3;

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
  const control = mayLackWindow(stored) ? await layOut(ports, stored, definition) : stored;
  if (control === null || !mayStart(control, message.epoch, ports.clock.now())) return;
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

async function layOut(ports: PagePorts, control: RunControl, definition: RunDefinition): Promise<RunControl | null> {
  return (await layOutRun(ports, control, definition))?.control ?? null;
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
export type PagePorts = CorePorts &
  Pick<Ports, 'actions' | 'actionServices'> & { readonly pageWorkers: Share; readonly ends: EndGatherer };

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

async function beginRun(ports: PagePorts, control: RunControl): Promise<void> {
  const now = ports.clock.now();
  const startedAt = control.startedAt ?? now;
  await ports.runs.moveRun(control.uid, 'begin', control.epoch, { now, reason: null, startedAt });
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
    async (signal) =>
      input.fault === undefined
        ? callAction(ports, taken, { input: input.input, cut: signal, log })
        : lineRefused(input.fault),
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

/** A line of an upload that cannot be an input: the action never sees it. */
function lineRefused(fault: string): Extract<ActionResult, { kind: 'permanent' }> {
  return { kind: 'permanent', error: new EngineError('BAD_INPUT', fault), refused: true };
}

/** Whether the page failed without a call of the action, so that no attempt was made. */
function isRefusal(result: ActionResult): boolean {
  return result.kind === 'permanent' && result.refused === true;
}

/** What the action is called with besides the page. */
interface Call {
  readonly input: Readonly<Record<string, unknown>>;
  readonly cut: AbortSignal;
  readonly log: PageLog;
}

type CallResult = ActionResult | Exclude<TurnGiven, { kind: 'now' }>;

/** Calls the action, if it is the page's turn. The run becomes RUNNING when its first page starts. */
async function callAction(
  ports: PagePorts,
  { message, receipt, control, definition }: PageInHand,
  call: Call,
): Promise<CallResult | typeof CUT> {
  const action = ports.actions.get(definition.actionName);
  if (action !== null && receipt.count <= RECEIVES_TRUSTED) {
    const { workspaceUid } = definition;
    const reserved = message.reserved ?? false;
    const turn = await takeTurn(ports, {
      action,
      workspaceUid,
      input: call.input,
      reserved,
      patienceMs: PAGE_TURN_MS,
      queues: true,
    });
    if (turn.kind !== 'now') return turn;
    // A page counts once against its workspace's quota, however often it is tried.
    const spent = message.attempt === 0 ? await takePage(ports, workspaceUid) : null;
    if (spent !== null) return { kind: 'later', until: spent.until, reserved: false };
  }
  const begun = control.status === 'QUEUED' ? beginRun(ports, control) : null;
  const [result] = await settleAll([callGiven(ports, action, { message, receipt, definition }, call), begun]);
  return result;
}

/** The call itself. The run's move to RUNNING is written at the same time. */
async function callGiven(
  ports: PagePorts,
  action: Action | null,
  { message, receipt, definition }: Pick<PageInHand, 'message' | 'receipt' | 'definition'>,
  { input, cut, log }: Call,
): Promise<ActionResult | typeof CUT> {
  if (receipt.count > RECEIVES_TRUSTED) {
    const text = `The page was started ${receipt.count - 1} times and never finished.`;
    return { kind: 'retryable', error: new EngineError('UPSTREAM_TIMEOUT', text), retryAt: null };
  }
  if (action === null) {
    const text = `The action ${definition.actionName} is no longer available.`;
    return { kind: 'permanent', error: new EngineError('ACTION_NOT_FOUND', text), refused: true };
  }
  const result = await runAction(ports, {
    action,
    runUid: message.runUid,
    workspaceUid: definition.workspaceUid,
    inputIndex: message.input,
    input,
    parameters: definition.parameters,
    // For a live call's page, cursor and number are in the run's definition, not in the message.
    ...(definition.livePage === null
      ? { cursor: message.cursor, page: message.page }
      : { cursor: definition.livePage.cursor, page: definition.livePage.number }),
    timeoutMs: ports.settings.pageTimeoutMs,
    cut,
    log,
  });
  return cut.aborted && result.kind === 'retryable' ? CUT : result;
}

function outcomeOf(
  ports: PagePorts,
  { message, definition }: PageInHand,
  result: ActionResult,
  input: StoredInput,
): { readonly outcome: PageOutcome; readonly results: readonly unknown[] } {
  const about = { run_uid: message.runUid, input: message.input, page: message.page };
  if (result.kind === 'retryable' || result.kind === 'permanent' || result.kind === 'rate_limited') {
    const error = result.kind === 'rate_limited' ? waitedEnough(result) : result.error;
    return { outcome: { kind: 'FAILURE', error: reportError(ports, error, about) }, results: [] };
  }
  if (result.kind === 'no_result') {
    const info = { label: 'NO_RESULT', message: result.message } as const;
    return {
      outcome: { kind: 'RESULT', count: 0, nextCursor: null, last: true, parts: 1, info },
      results: [],
    };
  }
  const { livePage } = definition;
  const next = livePage === null ? result.nextCursor : cursorWithin(livePage.number, result.nextCursor);
  const cut = cutPage(result.results, next, {
    resultsBefore: message.results,
    maxResults: definition.maxResults,
  });
  const endless = pagingFault(message, definition, cut.nextCursor);
  if (endless !== null) {
    return { outcome: { kind: 'FAILURE', error: reportError(ports, endless, about) }, results: [] };
  }
  const sizes = cut.results.map((item) => Buffer.byteLength(JSON.stringify(item)));
  return {
    outcome: {
      kind: 'RESULT',
      count: cut.results.length,
      nextCursor: cut.nextCursor,
      last: cut.last || livePage !== null, // its next cursor is for the caller
      parts: partStarts(sizes, repeatedBytes(definition, input)).length,
      info: null,
    },
    results: cut.results,
  };
}

/** The error of an input that is asked to wait when its run has already waited as long as a run may. */
function waitedEnough({ message, retryAt }: Extract<ActionResult, { kind: 'rate_limited' }>): EngineError {
  const text = `The service that the action calls has reached its rate limit: ${message}. The run has waited ${MAX_WAITING_MS / 86_400_000} days in total for rate limits, which is the maximum.`;
  return new EngineError('LIMIT_REACHED', text, { postponedUntil: isoOf(retryAt) });
}

function callbacksOf(definition: RunDefinition, outcome: PageOutcome): number {
  if (definition.callback?.on !== 'all') return 0;
  return outcome.kind === 'RESULT' ? outcome.parts : 1;
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
      results: pageRecord.results,
      callbacks: pageRecord.callbacks,
      tries: pageRecord.tries,
      cycle: nextCycle(message.cycle, outcome.nextCursor),
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

function nextCycle(state: CycleCheck | null, cursor: string): CycleCheck | null {
  return stepCycleCheck(state, shortHash(cursor));
}
