import { accessSync, constants, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findRunningSystem } from './running-system.ts';
import { StartRefused } from './start-options.ts';

/** What this project keeps in a data folder; `--reset` wipes these and nothing else that may lie there. */
const OWN = ['dynamodb', 'sqs', 's3', 'scheduler', 'secrets', 'logs', 'running.json', 'access.json', 'inbox-port'];

/** Makes the folder ready, emptied of our state if asked. Throws StartRefused when it cannot be used. */
export async function prepareDataDir(dataDir: string, reset: boolean): Promise<void> {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StartRefused(`--data-dir ${dataDir}: cannot be written (${reason}); name a folder that can`);
  }
  const running = await findRunningSystem(dataDir).catch(() => null);
  if (running !== null && running.pid !== process.pid && (await answers(running.client.endpoint))) {
    throw new StartRefused(`--data-dir ${dataDir}: process ${running.pid} runs over it already, at ${running.url}`);
  }
  if (reset) for (const name of OWN) rmSync(join(dataDir, name), { recursive: true, force: true });
}

/** One level at a time: `recursive` never returns where nothing can be made, as under /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Whether no system has left anything in the folder yet. */
export function isNewDataDir(dataDir: string): boolean {
  return !existsSync(join(dataDir, 'dynamodb'));
}

/** After a kill the pid may be another program's by now; the gateway answers only while the system runs. */
async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch (error) {
    // fetch fails in these two ways, and both mean that nobody is there.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}
