import { EngineError } from '../../domain/errors.ts';
import type { Ports } from '../ports.ts';

/**
 * Checks where callbacks are to be sent by the rules of the stage. Throws BAD_INPUT, with the paths of what is refused
 * after `at`, such as `callback.`.
 */
export function checkCallback(
  ports: Pick<Ports, 'callbackPolicy'>,
  callback: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  at: string,
): void {
  const faults = ports.callbackPolicy.findFaults(callback);
  const validationErrors = faults.map(({ path, message }) => ({ path: `${at}${path}`, message }));
  const [first] = validationErrors;
  if (first === undefined) return;
  throw new EngineError('BAD_INPUT', `${first.path}: ${first.message}`, { validationErrors });
}
