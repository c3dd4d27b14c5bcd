import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandFailed } from './command-failed.ts';

/** A deployment, and a key of it. */
export interface Profile {
  readonly url: string;
  readonly apiKey: string;
}

/** What `login` keeps. */
export interface Profiles {
  /** The profile that is used where none is named; null: there is none. */
  readonly current: string | null;
  readonly profiles: Readonly<Record<string, Profile>>;
}

/** Where profiles are kept, by the XDG Base Directory Specification. */
export function profilesPath(env: NodeJS.ProcessEnv): string {
  const given = env['XDG_CONFIG_HOME'];
  return join(given === undefined || given === '' ? join(homedir(), '.config') : given, 'trireme', 'profiles.json');
}

/** The profiles that are kept; none where there is no file. Throws CommandFailed for a file that cannot be read. */
export async function readProfiles(path: string): Promise<Profiles> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new CommandFailed(1, `${path} cannot be read: ${String(error)}`, error);
  });
  if (text === null) return { current: null, profiles: {} };
  const kept = parse(text);
  if (kept === null) throw new CommandFailed(1, `${path} is not what login writes; remove it and log in again.`);
  return kept;
}

/** Keeps the profiles in a file that only its owner can read. It is complete whenever the machine stops. */
export async function writeProfiles(path: string, profiles: Profiles): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600); // whatever a file of that name had
  await rename(draft, path);
}

function parse(text: string): Profiles | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProfiles(value) ? value : null;
  } catch {
    return null; // not JSON
  }
}

function isProfiles(value: unknown): value is Profiles {
  if (!isRecord(value) || !isRecord(value['profiles'])) return false;
  const isNamed = value['current'] === null || typeof value['current'] === 'string';
  return isNamed && Object.values(value['profiles']).every(isProfile);
}

function isProfile(value: unknown): value is Profile {
  return isRecord(value) && typeof value['url'] === 'string' && typeof value['apiKey'] === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
