import { Trireme } from '../../shared/client/trireme.ts';
import { PATIENCE_MS } from './patience.ts';

/** The client, which gives nothing up while a test has patience. */
export function openTrireme(url: string, apiKey: string): Trireme {
  const retry = { attempts: Number.POSITIVE_INFINITY, maxWaitMs: PATIENCE_MS };
  return new Trireme({ url, apiKey, retry, timeoutMs: PATIENCE_MS });
}
