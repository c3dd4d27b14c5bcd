import { Lru } from '../../shared/process/lru.ts';
import { networkOf } from '../../shared/domain/network.ts';

/** Reads of the table a second that one network may cause with keys that the process does not know. */
const READS_A_SECOND = 10;
const SECOND_MS = 1_000;
/** Networks that a process caches. One that is dropped starts again from zero; that takes as many other networks. */
const CACHED_NETWORKS = 2_000;

/** Counts one read of a source address. Gives 0 if it is allowed, else the milliseconds until the next one is. */
export type TakeRead = (address: string) => number;

/**
 * Allows each network ten reads in any second. So guessing keys, however fast, costs the table no more than that, and
 * one network does not use up what another may read.
 */
export function createReadAllowance(now: () => number): TakeRead {
  /** When each network's latest reads were made, oldest first. */
  const networks = new Lru<number[]>(CACHED_NETWORKS);
  return (address) => {
    const network = networkOf(address);
    const at = now();
    const recent = (networks.get(network) ?? []).filter((read) => read > at - SECOND_MS);
    const [oldest] = recent;
    if (recent.length >= READS_A_SECOND && oldest !== undefined) return oldest + SECOND_MS - at;
    networks.set(network, [...recent, at]);
    return 0;
  };
}
