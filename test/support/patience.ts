/**
 * How long a test waits for what it needs before it takes it for hung, ms. It is no measure of speed: what takes two
 * seconds on an idle machine may take a minute on a busy one, and is right all the same.
 */
export const PATIENCE_MS = 240_000;
