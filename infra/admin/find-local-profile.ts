import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Profile } from '../../shared/cli/profiles.ts';
import { findRunningSystem } from '../local/start/running-system.ts';

/** The system that `npm start` runs over a data folder, with the key that it printed; null: none runs. */
export async function findLocalProfile(dataDir: string): Promise<Profile | null> {
  const running = await findRunningSystem(dataDir).catch(() => null);
  if (running === null) return null;
  const { apiKey } = JSON.parse(await readFile(join(dataDir, 'access.json'), 'utf8')) as { apiKey: string }; // cast: npm start wrote it
  return { url: running.url, apiKey };
}
