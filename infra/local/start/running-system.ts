import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const FILE = 'running.json';

const runningSystem = z.strictObject({
  pid: z.int(),
  url: z.string(),
  tableName: z.string(),
  masterSecretArn: z.string(),
  client: z.strictObject({
    endpoint: z.string(),
    region: z.string(),
    credentials: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  }),
});

/** What the owner's commands need to reach the system that runs over a data folder. */
export type RunningSystem = Readonly<z.infer<typeof runningSystem>>;

/** Says that a system runs over the folder; readable by its owner only, for it holds a key that may do everything. */
export async function announceRunningSystem(dataDir: string, system: RunningSystem): Promise<void> {
  await writeFile(join(dataDir, FILE), JSON.stringify(system), { mode: 0o600 });
}

/** Takes the word back. */
export async function withdrawRunningSystem(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE), { force: true });
}

/** The system that runs over a data folder. Throws an Error fit to be read by a person where none does. */
export async function findRunningSystem(dataDir: string): Promise<RunningSystem> {
  const text = await readFile(join(dataDir, FILE), 'utf8').catch(() => null);
  const system = text === null ? null : runningSystem.parse(JSON.parse(text));
  if (system !== null && isAlive(system.pid)) return system;
  throw new Error(`No system runs over ${dataDir}: npm start starts one, --data-dir names another folder.`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
