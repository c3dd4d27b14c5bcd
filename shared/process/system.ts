import { randomBytes, randomUUID } from 'node:crypto';
import type { Random, Clock, Log } from '../engine/ports.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** The randomness of the machine. */
export const systemRandom: Random = {
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
};

/**
 * Structured log lines on the console. Lambda's JSON log format keeps an object's members as fields (AWS Lambda, "Using
 * structured JSON log format").
 */
export const consoleLog: Log = {
  debug: (message, data) => console.debug({ message, ...data }),
  info: (message, data) => console.info({ message, ...data }),
  warn: (message, data) => console.warn({ message, ...data }),
  error: (message, data) => console.error({ message, ...data }),
};
