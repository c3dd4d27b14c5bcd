import { EngineError } from '../../domain/errors.ts';
import { shortHash } from '../../domain/ids.ts';
import { LIMITS } from '../../domain/limits.ts';
import { stepCycleCheck } from '../../domain/page.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { PageMessage } from '../messages.ts';
import { cursorFault } from './cursor-fault.ts';

/**
 * Why no page may follow although the action has more: its cursor is too long, its cursors repeat, or the input has too
 * many pages. Null: the next page may follow.
 */
export function pagingFault(
  { cycle, page }: PageMessage,
  { livePage }: RunDefinition,
  cursor: string | null,
): EngineError | null {
  if (cursor === null) return null;
  const tooLong = cursorFault(cursor, livePage?.byNumber === false);
  if (tooLong !== null) return tooLong;
  if (stepCycleCheck(cycle, shortHash(cursor)) === null) {
    const text = `The action returned the same cursor again after page ${page}, so paging would never end.`;
    return new EngineError('ACTION_FAILED', text);
  }
  if (livePage !== null || page + 1 < LIMITS.pagesPerInput) return null;
  const text = `The input has more than ${LIMITS.pagesPerInput} pages. Split it into several inputs, or limit it with parameters.max_results.`;
  return new EngineError('PAYLOAD_TOO_LARGE', text);
}
