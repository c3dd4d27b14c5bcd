/**
 * The messages that one invocation is working on. A batcher need not wait once each of them has added an entry. At size
 * 0 nothing is known about further entries.
 */
export interface InFlight {
  readonly size: number;
  /** Counts one more message; call the returned function when it is done. */
  enter(): () => void;
  /** Calls the listener whenever a message is done. */
  onLeave(listener: () => void): void;
}

export function createInFlight(): InFlight {
  let size = 0;
  const listeners: (() => void)[] = [];
  return {
    get size() {
      return size;
    },
    enter() {
      size += 1;
      return () => {
        size -= 1;
        for (const listener of listeners) listener();
      };
    },
    onLeave(listener) {
      listeners.push(listener);
    },
  };
}
