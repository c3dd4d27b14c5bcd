import { EngineError } from '../../domain/errors.ts';
import type { Ports } from '../ports.ts';

/**
 * Checks where callbacks are to be sent by the rules of the stage and of the workspace. Throws BAD_INPUT, with the paths of what is refused
 * after `at`, such as `callback.`.
 */
export async function checkCallback(
  ports: Pick<Ports, 'callbackPolicy'>,
  workspaceUid: string,
  callback: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  at: string,
): Promise<void> {
  const faults = await ports.callbackPolicy.findFaults(workspaceUid, callback);
  const validationErrors = faults.map(({ path, message }) => ({ path: `${at}${path}`, message }));
  const [first] = validationErrors;
  if (first === undefined) return;
  throw new EngineError('BAD_INPUT', `${first.path}: ${first.message}`, { validationErrors });
}
