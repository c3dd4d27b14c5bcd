import { EngineError } from '../../domain/errors.ts';
import type { RunStore } from '../stores/run-store.ts';

/** Throws NOT_FOUND for a run that was deleted: the request that made it must not make it again. */
export async function refuseDeleted(
  { runs }: { readonly runs: Pick<RunStore, 'readOrDeleted'> },
  uid: string,
): Promise<void> {
  const stored = await runs.readOrDeleted(uid);
  if (stored !== null && stored.deletion !== null) {
    throw new EngineError('NOT_FOUND', `The run ${uid}, which this request started, was deleted.`);
  }
}
