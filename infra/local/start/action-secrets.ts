import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ROOT } from '../build/project.ts';
import type { SecretPlan } from '../template/system-plan.ts';

/**
 * Reads the secrets of actions from the project's `.env`, at each GetSecretValue. Functions keep what they read for up
 * to a minute, so a change of the file takes effect within that. Undefined for all other secrets: they are the
 * template's.
 */
export function readActionSecrets({ id }: SecretPlan): (() => string) | undefined {
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
