/** Time, chance and ids of where the client runs. */
export interface Machine {
  /** Epoch ms. */
  now(): number;
  /** 0 to 1. */
  random(): number;
  uuid(): string;
  /** Waits; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** A signal that is aborted after so many ms. */
  timeout(ms: number): AbortSignal;
}

export const MACHINE: Machine = {
  now: () => Date.now(),
  random: () => Math.random(),
  uuid: () => crypto.randomUUID(),
  timeout: (ms) => AbortSignal.timeout(ms),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error); // cast: whatever the caller gave
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', end);
        resolve();
      }, ms);
      signal?.addEventListener('abort', end, { once: true });
    }),
};
