import { LIVE_TURN_MS } from '../../domain/timing.ts';
import { CALLBACK_BODY_VERSION } from '../../domain/callback-body.ts';
import { EngineError } from '../../domain/errors.ts';
import { isoOf } from '../../domain/instant.ts';
import { cutPage, cursorWithin, type PageOutcome } from '../../domain/page.ts';
import type { RunDefinition } from '../../domain/run.ts';
import { type CheckedCall, liveOutcome, type LiveOutcome, type LivePorts } from './live-call.ts';
import { endedControl, liveDefinition } from './live-record.ts';
import { cursorFault } from '../pages/cursor-fault.ts';
import { openPageLog } from '../pages/page-log.ts';
import { type ActionResult, runAction } from '../pages/run-action.ts';
import { takeTurn } from '../pages/take-turn.ts';
import { takePage } from '../quotas.ts';
import { reportError } from '../report-error.ts';
import { quotaReached } from '../../domain/quota.ts';

/** A page's outcome with its results. */
interface EndedPage {
  readonly outcome: PageOutcome;
  readonly results: readonly unknown[];
}

/** The value of a page record's `by` where an inline call, not a message, wrote the record. */
export const INLINE = 'inline';

/**
 * Runs one page inline and records it as a run, in one write after the action has ended. With `kept` its page record is
 * written before that, so that the answer can be repeated; an existing page record is used instead of running the page.
 * Null: with `kept`, the run is already recorded, and that record is the answer. Throws LIMIT_REACHED where the
 * action's pace has no turn now; then nothing is recorded.
 */
export async function runLive(
  ports: LivePorts,
  call: CheckedCall,
  { uid, kept }: { readonly uid: string; readonly kept: boolean },
): Promise<LiveOutcome | null> {
  const definition = liveDefinition(ports, call, uid, {
    // max_results limits async runs only. A live caller stops by not following X-Pagination-Next.
    maxResults: call.action.maxResults.ceiling,
    deadlineSeconds: Math.ceil(ports.settings.liveTimeoutMs / 1_000),
    livePage: null,
  });
  const before = kept ? await ports.progress.readPage(uid, 0, 0) : null;
  const ended = before === null ? await runPageNow(ports, call, definition) : recorded(before);
  const stored = kept && before === null ? await keepPage(ports, call, definition, ended) : ended;
  const control = endedControl(definition, ports.clock.now(), stored.outcome);
  const isFirst = await ports.runs.recordLive(definition, control, call.stored);
  if (kept && !isFirst) return null;
  return liveOutcome(call.action, definition, stored.outcome, stored.results);
}

type StoredPage = NonNullable<Awaited<ReturnType<LivePorts['progress']['readPage']>>>;

function recorded({ pageRecord, results }: StoredPage): EndedPage {
  return { outcome: pageRecord.outcome, results };
}

async function runPageNow(ports: LivePorts, call: CheckedCall, { uid, expiresAt }: RunDefinition): Promise<EndedPage> {
  const { action, workspaceUid, stored } = call;
  const arrivedAt = ports.clock.now();
  const wanted = {
    action,
    workspaceUid,
    input: stored.input,
    reserved: false,
    patienceMs: LIVE_TURN_MS,
    queues: false,
  };
  const turn = await takeTurn(ports, wanted);
  if (turn.kind === 'later') throw spent(action.name, turn.until);
  if (turn.kind === 'permanent') return endOf(ports, call, uid, turn);
  const reached = await takePage(ports, workspaceUid);
  if (reached !== null) throw quotaReached(reached);
  const log = openPageLog(ports, {
    runUid: uid,
    input: 0,
    page: 0,
    attempt: 1,
    by: INLINE,
    isFirst: true,
    expiresAt,
    work: { takenAt: arrivedAt, ownMs: ports.settings.liveTimeoutMs },
  });
  const result = await runAction(ports, {
    action,
    runUid: uid,
    workspaceUid,
    inputIndex: 0,
    input: stored.input,
    parameters: call.parameters,
    cursor: call.page.cursor,
    page: call.page.number,
    timeoutMs: ports.settings.liveTimeoutMs - (ports.clock.now() - arrivedAt),
    log,
  });
  const ended = endOf(ports, call, uid, result);
  await log.keep(ended.outcome.kind === 'FAILURE' ? ended.outcome.error : null);
  return ended;
}

function spent(actionName: string, until: number): EngineError {
  const message = `The pace of ${actionName} allows no further call now. Try again at the time in params.postponed_until, or start an async run, which waits by itself.`;
  return new EngineError('LIMIT_REACHED', message, { postponedUntil: isoOf(until) });
}

function endOf(
  ports: LivePorts,
  { action, page: { number: page, byNumber } }: CheckedCall,
  uid: string,
  result: ActionResult,
): EndedPage {
  switch (result.kind) {
    case 'page': {
      const at = { resultsBefore: page * action.pageSize, maxResults: action.maxResults.ceiling };
      const { results, nextCursor } = cutPage(result.results, cursorWithin(page, result.nextCursor), at);
      const tooLong = cursorFault(nextCursor, !byNumber);
      if (tooLong !== null) return failed(ports, tooLong, uid, action.name);
      return {
        outcome: { kind: 'RESULT', count: results.length, nextCursor, last: true, parts: 1, info: null },
        results,
      };
    }
    case 'no_result': {
      const info = { label: 'NO_RESULT', message: result.message } as const;
      ports.log.info(result.message, { run_uid: uid, action: action.name, label: info.label });
      return { outcome: { kind: 'RESULT', count: 0, nextCursor: null, last: true, parts: 1, info }, results: [] };
    }
    case 'rate_limited': {
      const postponedUntil = isoOf(result.retryAt);
      const message = `The service that the action calls has reached its rate limit: ${result.message}`;
      return failed(ports, new EngineError('LIMIT_REACHED', message, { postponedUntil }), uid, action.name);
    }
    case 'retryable':
    case 'permanent':
      return failed(ports, result.error, uid, action.name);
  }
}

function failed(ports: LivePorts, error: EngineError, uid: string, actionName: string): EndedPage {
  const record = reportError(ports, error, { run_uid: uid, action: actionName });
  return { outcome: { kind: 'FAILURE', error: record }, results: [] };
}

/** Writes the page record. Where one exists already, that one counts. */
async function keepPage(
  ports: LivePorts,
  call: CheckedCall,
  { uid, expiresAt }: RunDefinition,
  { outcome, results }: EndedPage,
): Promise<EndedPage> {
  const pageRecord = {
    runUid: uid,
    input: 0,
    page: 0,
    outcome,
    cursor: call.page.cursor,
    results: results.length,
    callbacks: 0,
    tries: 0,
    epoch: 1,
    attempt: 1,
    by: INLINE,
    at: ports.clock.now(),
    version: CALLBACK_BODY_VERSION,
  };
  const put = await ports.progress.putPageRecord(pageRecord, results, expiresAt, 0);
  if (put.won) return { outcome, results };
  const stored = await ports.progress.readPage(uid, 0, 0);
  if (stored === null) throw new Error(`The page of run ${uid} was refused and is not there.`);
  return recorded(stored);
}
