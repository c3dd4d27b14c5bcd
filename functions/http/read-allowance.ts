import { Lru } from '../../shared/process/lru.ts';
import { networkOf } from '../../shared/domain/network.ts';

/** Table reads a second that one network may cause with keys that a process does not know. */
const READS_A_SECOND = 10;
const SECOND_MS = 1_000;
/** Networks remembered by a process. One that is forgotten begins anew, which takes as many others in between. */
const REMEMBERED = 2_000;

/** Takes one read for a source address; gives 0, or how many milliseconds from now the next one is free. */
export type TakeRead = (address: string) => number;

/**
 * At most ten reads in any second for each network. Guessing keys costs the table no more than that, however fast it is
 * done, and one network that guesses takes nothing from another.
 */
export function createReadAllowance(now: () => number): TakeRead {
  /** When each network's latest reads were made, oldest first. */
  const networks = new Lru<number[]>(REMEMBERED);
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
