import { EngineError, FAULTS_TOLD } from '../../domain/errors.ts';
import { findValueFault } from '../../domain/find-value-fault.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { Action } from '../../sdk/action.ts';
import type { WorkspaceServices } from '../ports.ts';
import { maskMessage } from './mask-thrown.ts';
import { describeFault } from './schema-refusals.ts';

/** A page as an action returned it. */
interface ReturnedPage {
  readonly results: readonly unknown[];
  readonly nextCursor: string | null;
}

/**
 * Checks what an action returned against its result schema and the size limits. The parsed results are what is stored.
 * Returns the error that refuses the page, if one does.
 */
export function checkPage(services: WorkspaceServices, action: Action, page: unknown): ReturnedPage | EngineError {
  if (!isPage(page)) {
    const message = `The action ${action.name} must return {results: [...], nextCursor: string or null}.`;
    return new EngineError('ACTION_FAILED', message);
  }
  const results: unknown[] = [];
  let pageBytes = 1; // brackets and commas: one more than there are items
  for (const [index, result] of page.results.entries()) {
    const item = checkItem(services, action, index, result);
    if (item instanceof EngineError) return item;
    pageBytes += item.bytes + 1;
    results.push(item.value);
  }
  const secret = services.findSecret(page.nextCursor ?? '');
  if (secret !== null) return secretGiven(action, 'The next cursor', secret);
  if (pageBytes > LIMITS.pageBytes) return pageTooLarge(pageBytes);
  return { results, nextCursor: page.nextCursor };
}

/** One result as it is stored, or the error that refuses it. */
function checkItem(
  services: WorkspaceServices,
  action: Action,
  index: number,
  result: unknown,
): { value: unknown; bytes: number } | EngineError {
  const fault = findValueFault(result, LIMITS.jsonDepth);
  if (fault !== null) return resultRefused(services, action, index, 'cannot be kept as JSON', [fault]);
  const parsed = action.parseResult(result);
  if (!parsed.ok) return resultRefused(services, action, index, 'does not fit its result schema', parsed.errors);
  const { value } = parsed;
  const text = JSON.stringify(value) ?? 'null';
  const secret = services.findSecret(text);
  if (secret !== null) return secretGiven(action, `Result ${index}`, secret);
  const bytes = Buffer.byteLength(text);
  return bytes > LIMITS.resultItemBytes ? itemTooLarge(index, bytes) : { value, bytes };
}

function isPage(value: unknown): value is ReturnedPage {
  if (typeof value !== 'object' || value === null || !('results' in value) || !('nextCursor' in value)) return false;
  return Array.isArray(value.results) && (value.nextCursor === null || typeof value.nextCursor === 'string');
}

/** The error for a result or cursor that contains a secret. They are stored unchanged, so it cannot be masked. */
function secretGiven(action: Action, what: string, secret: string): EngineError {
  const message = `${what} of ${action.name} contains the value of the secret ${secret}, so the page is not returned. The action must leave the value out.`;
  return new EngineError('ACTION_FAILED', message);
}

function resultRefused(
  services: WorkspaceServices,
  action: Action,
  index: number,
  why: string,
  errors: readonly { path: string; message: string }[],
): EngineError {
  const validationErrors = errors.slice(0, FAULTS_TOLD).map(({ path, message }) => ({
    path: maskMessage(services, path === '' ? `results[${index}]` : `results[${index}].${path}`),
    message: maskMessage(services, message),
  }));
  const message = `A result of ${action.name} ${why}: ${describeFault(validationErrors[0])}`;
  return new EngineError('ACTION_FAILED', message, { validationErrors });
}

function itemTooLarge(index: number, bytes: number): EngineError {
  const message = `Result ${index} has ${bytes} bytes of JSON, over the limit of ${LIMITS.resultItemBytes} for one result. The action must return smaller results.`;
  return new EngineError('PAYLOAD_TOO_LARGE', message);
}

function pageTooLarge(bytes: number): EngineError {
  const message = `The page has ${bytes} bytes of JSON, over the limit of ${LIMITS.pageBytes} for one page. The action must return fewer results per page.`;
  return new EngineError('PAYLOAD_TOO_LARGE', message);
}
