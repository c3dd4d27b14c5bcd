import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inbox } from './inbox.ts';

const FILE = 'inbox-port';

/**
 * Opens the inbox on the port of the last start over this data folder, so that callbacks under way reach it; on a free
 * port where that one is in use.
 */
export async function openInboxOnLastPort(dataDir: string, open: (port: number) => Promise<Inbox>): Promise<Inbox> {
  const path = join(dataDir, FILE);
  const lastPort = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  const inbox = await open(Number.isInteger(lastPort) ? lastPort : 0).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return open(0);
    throw error;
  });
  writeFileSync(path, new URL(inbox.url).port);
  return inbox;
}
