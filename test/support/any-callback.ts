import type { CallbackPolicy } from '../../shared/engine/ports.ts';

/** Takes every callback, for tests of something else. */
export const anyCallback: CallbackPolicy = { findFaults: async () => [], refusalOfHost: async () => null };
