import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { startNode, type StartedNode } from './start-node.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const Ready = z.strictObject({
  url: z.url(),
  apiKey: z.string(),
  workspaceUid: z.uuid(),
  inboxUrl: z.url(),
  signingSecret: z.string().startsWith('whsec_'),
});

/** Starts the system over a data folder as `npm start` does, in a process of its own, which can be killed. */
export async function startProcess(
  dataDir: string,
): Promise<{ readonly child: StartedNode; readonly ready: z.output<typeof Ready> }> {
  const args = [join(ROOT, 'infra/local/start.ts'), '--json', '--no-sample', '--port', '0', '--data-dir', dataDir];
  const child = startNode(args, { cwd: ROOT, faults: 'inherit' });
  const lines = createInterface({ input: child.stdout });
  const [line]: unknown[] = await once(lines, 'line');
  return { child, ready: Ready.parse(JSON.parse(String(line))) };
}
