import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inbox } from './inbox.ts';

const FILE = 'inbox-port';

/**
 * Opens the inbox on the port it had at the last start over this data folder, so that callbacks still under way find
 * it; on another if that one is taken by now.
 */
export async function openInboxWhereItWas(dataDir: string, open: (port: number) => Promise<Inbox>): Promise<Inbox> {
  const path = join(dataDir, FILE);
  const before = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  const inbox = await open(Number.isInteger(before) ? before : 0).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return open(0);
    throw error;
  });
  writeFileSync(path, new URL(inbox.url).port);
  return inbox;
}
