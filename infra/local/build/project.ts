import { resolve } from 'node:path';

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** The stage of infra/settings.ts that runs on this machine. */
export const LOCAL_STAGE = 'local';
