import { CommandFailed, usageError } from './command-failed.ts';
import { type Profile, type Profiles, profilesPath, readProfiles } from './profiles.ts';

/**
 * Which deployment a command speaks to, and with which key: the profile that is named, else what the environment says,
 * else the current profile. Throws CommandFailed where that is none.
 */
function chooseProfile(
  named: string | undefined,
  env: NodeJS.ProcessEnv,
  { current, profiles }: Profiles,
): Profile | null {
  const apiKey = env['TRIREME_API_KEY'];
  const url = env['TRIREME_URL'];
  if (named === undefined && apiKey !== undefined && apiKey !== '') {
    if (url === undefined || url === '') {
      throw usageError('TRIREME_API_KEY is set and TRIREME_URL is not; the URL of the deployment is needed too.');
    }
    return { url, apiKey };
  }
  const name = named ?? env['TRIREME_PROFILE'] ?? current;
  if (name === null || name === '') return null;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile !== undefined) return profile;
  const known = Object.keys(profiles).join(', ');
  throw usageError(`There is no profile ${name}; ${known === '' ? 'login makes one.' : `there are: ${known}.`}`);
}

/** The profile of a command. `findLocal`: what is used where there is none. Throws CommandFailed without any. */
export async function findProfile(
  named: string | undefined,
  env: NodeJS.ProcessEnv,
  findLocal: () => Promise<Profile | null>,
): Promise<Profile> {
  const chosen = chooseProfile(named, env, await readProfiles(profilesPath(env))) ?? (await findLocal());
  if (chosen !== null) return chosen;
  throw new CommandFailed(2, 'You are not logged in: use login, or set TRIREME_URL and TRIREME_API_KEY.');
}
