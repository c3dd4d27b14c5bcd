import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findRunningSystem } from './running-system.ts';
import { StartRefused } from './start-options.ts';

/** Names of our files in a data folder; `--reset` removes these and nothing else. */
const STATE_FILES = [
  'dynamodb',
  'sqs',
  's3',
  'scheduler',
  'secrets',
  'logs',
  'running.json',
  'access.json',
  'inbox-port',
];

/**
 * Creates the folder if need be, and removes our state from it for `reset`. Throws StartRefused where it cannot be
 * used.
 */
export async function prepareDataDir(dataDir: string, reset: boolean): Promise<void> {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartRefused(`--data-dir ${dataDir}: cannot be written (${reason}); use a folder that can be written`);
  }
  const running = await findRunningSystem(dataDir).catch(() => null);
  if (running !== null && running.pid !== process.pid && (await answers(running.client.endpoint))) {
    throw new StartRefused(`--data-dir ${dataDir}: process ${running.pid} already uses this folder, at ${running.url}`);
  }
  if (reset) for (const name of STATE_FILES) rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** Creates one level at a time: `recursive` never returns where nothing can be created, as under /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Whether no system has run over the folder yet. */
export function isNewDataDir(dataDir: string): boolean {
  return !existsSync(join(dataDir, 'dynamodb'));
}

/** Whether the gateway answers. After a kill the pid may belong to another program, but the gateway is gone. */
async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch (error) {
    // The two ways in which fetch fails where nothing listens.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
