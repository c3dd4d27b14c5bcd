import type { Clock } from '../ports.ts';

/**
 * Posts of one worker to one host at a time: it protects the receiver, and a silent host cannot block a whole batch.
 */
const POSTS_AT_ONCE = 5;
/** How long a worker remembers that a host takes long to answer. */
const SLOW_MS = 300_000;
const HOSTS_KEPT = 1_000;

/** What a worker knows about the hosts it posts to. The same host of another workspace is another host. */
export interface Hosts {
  /** Whether the host's last answer was slow, or it gave none. */
  isSlow(host: string): boolean;
  /** Whether the host's last answer was quick. */
  isQuick(host: string): boolean;
  /** Waits until few enough other posts to the host are running. False: meanwhile one of them got no answer. */
  enter(host: string): Promise<boolean>;
  /** Ends a post that entered, with the speed of its answer; null: no post was made. */
  leave(host: string, speed: AnswerSpeed | null): void;
}

/** How soon a post was answered; `silent`: not at all. */
export type AnswerSpeed = 'quick' | 'slow' | 'silent';

interface Host {
  posting: number;
  readonly waiting: ((mayPost: boolean) => void)[];
  slowUntil: number;
  isQuick: boolean;
}

/** The hosts of one worker. It remembers at most 1,000. */
export function createHosts(clock: Pick<Clock, 'now'>): Hosts {
  const hosts = new Map<string, Host>();

  function hostOf(name: string): Host {
    const found = hosts.get(name) ?? { posting: 0, waiting: [], slowUntil: 0, isQuick: false };
    hosts.delete(name);
    hosts.set(name, found);
    if (hosts.size > HOSTS_KEPT) forgetOne();
    return found;
  }

  function forgetOne(): void {
    for (const [name, { posting, waiting }] of hosts) {
      if (posting > 0 || waiting.length > 0) continue;
      hosts.delete(name);
      return;
    }
  }

  return {
    isSlow: (name) => (hosts.get(name)?.slowUntil ?? 0) > clock.now(),
    isQuick: (name) => hosts.get(name)?.isQuick ?? false,
    async enter(name) {
      const host = hostOf(name);
      if (host.posting >= POSTS_AT_ONCE) return new Promise((resolve) => host.waiting.push(resolve));
      host.posting += 1;
      return true;
    },
    leave(name, speed) {
      const host = hostOf(name);
      if (speed !== null) {
        host.isQuick = speed === 'quick';
        host.slowUntil = host.isQuick ? 0 : clock.now() + SLOW_MS;
      }
      host.posting -= 1;
      if (speed === 'silent') {
        for (const resolve of host.waiting.splice(0)) resolve(false);
        return;
      }
      const next = host.waiting.shift();
      if (next === undefined) return;
      host.posting += 1;
      next(true);
    },
  };
}
