import { join, resolve } from 'node:path';

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** What Node has compiled is kept here, for the next process that loads it. */
export const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/compile');

/** The stage of infra/settings.ts that runs on this machine. */
export const LOCAL_STAGE = 'local';
