import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const FILE = 'running.json';

const runningSystem = z.strictObject({
  pid: z.int(),
  url: z.string(),
  tableName: z.string(),
  masterSecretArn: z.string(),
  credentialKeyArn: z.string(),
  client: z.strictObject({
    endpoint: z.string(),
    region: z.string(),
    credentials: z.strictObject({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  }),
});

/** How the owner's commands reach the system that runs over a data folder. */
export type RunningSystem = Readonly<z.infer<typeof runningSystem>>;

/** Writes how to reach the system of a data folder. Readable by its owner only: it has a key that may do everything. */
export async function announceRunningSystem(dataDir: string, system: RunningSystem): Promise<void> {
  await writeFile(join(dataDir, FILE), JSON.stringify(system), { mode: 0o600 });
}

/** Removes what `announceRunningSystem` wrote. */
export async function withdrawRunningSystem(dataDir: string): Promise<void> {
  await rm(join(dataDir, FILE), { force: true });
}

/** Finds the system that runs over a data folder. Throws an Error for people where there is none. */
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
