import { MAX_WAITING_MS } from '../../domain/asked-wait.ts';
import { partStarts, repeatedBytes } from '../../domain/callback-body.ts';
import { EngineError } from '../../domain/errors.ts';
import type { StoredInput } from '../../domain/input.ts';
import { isoOf } from '../../domain/instant.ts';
import { cursorWithin, cutPage, type PageOutcome } from '../../domain/page.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import { reportError } from '../report-error.ts';
import { pagingFault } from './paging-fault.ts';
import type { PageInHand } from './postpone-page.ts';
import type { ActionResult } from './run-action.ts';

/** The outcome that a page is recorded with, and the results that are stored. A failure is reported. */
export function outcomeOf(
  ports: Pick<CorePorts, 'random' | 'log'>,
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

/** How many callbacks the page has. */
export function callbacksOf(definition: RunDefinition, outcome: PageOutcome): number {
  if (definition.callback?.on !== 'all') return 0;
  return outcome.kind === 'RESULT' ? outcome.parts : 1;
}
