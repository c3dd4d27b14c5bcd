import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { Children } from '../support/children.ts';

const ROOT = join(import.meta.dirname, '../..');

const ready = z.object({ url: z.string(), apiKey: z.string(), inboxUrl: z.string(), signingSecret: z.string() });

/** Starts the system as `npm start` does, and waits until it is up. */
export async function startLocal(children: Children, dataDir: string): Promise<z.output<typeof ready>> {
  const args = ['infra/local/start.ts', '--port', '0', '--data-dir', dataDir, '--json'];
  const system = children.start(process.execPath, args, { env: process.env, cwd: ROOT });
  let printed = '';
  system.stderr?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  if (system.stdout === null) throw new Error('The local system has no output');
  const lines = createInterface({ input: system.stdout });
  const first = await Promise.race([once(lines, 'line'), once(system, 'exit').then(() => null)]);
  if (first === null) throw new Error(`The local system did not start:\n${printed}`);
  return ready.parse(JSON.parse(String(first[0])));
}
