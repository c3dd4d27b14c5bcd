import type { CallbackRequest, RunCallback } from '../../domain/run.ts';
import type { Secrets } from '../ports.ts';

/** What a launch needs to seal headers. */
export interface SealPorts {
  readonly secrets: Pick<Secrets, 'sealHeaders'>;
}

/**
 * A callback as it is stored. Its headers are sealed under the run's uid, or under the schedule's for all of its runs.
 */
export async function sealCallback(
  ports: SealPorts,
  callback: CallbackRequest | null,
  owner: { readonly runUid: string } | { readonly scheduleUid: string },
): Promise<RunCallback | null> {
  if (callback === null) return null;
  const { url, on, headers } = callback;
  if (Object.keys(headers).length === 0) return { url, on, sealedHeaders: null, sealedFor: null };
  const [sealedUnder, sealedFor] = 'runUid' in owner ? [owner.runUid, null] : [owner.scheduleUid, owner.scheduleUid];
  return { url, on, sealedHeaders: await ports.secrets.sealHeaders(sealedUnder, headers), sealedFor };
}
