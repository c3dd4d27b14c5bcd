import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { SecretPlan } from '../template/system-plan.ts';

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** The stage of infra/settings.ts that runs on this machine. */
export const LOCAL_STAGE = 'local';

/** The secrets of actions come from the project's `.env`, read anew each time; all others are the template's. */
export function readLocalSecret({ id }: SecretPlan): (() => string) | undefined {
  return id.includes('ActionSecrets') ? () => JSON.stringify(readDotEnv(join(ROOT, '.env'))) : undefined;
}

function readDotEnv(path: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
