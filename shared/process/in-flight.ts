/**
 * The messages one invocation has in hand. Who gathers what they bring need not wait for more once each of them has
 * brought something; where nobody enters, nothing is known of who may yet come.
 */
export interface InFlight {
  readonly size: number;
  /** One more is in hand; the answer is called when it is done. */
  enter(): () => void;
  /** Calls back whenever one is done. */
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
