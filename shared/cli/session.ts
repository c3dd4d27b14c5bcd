import type { Command } from 'commander';
import { Trireme } from '../client/trireme.ts';
import { findProfile } from './find-profile.ts';
import { createPrinter, type Printer } from './printer.ts';
import type { Profile } from './profiles.ts';

/** How a program offers the commands. */
export interface Setting {
  /** How a person calls it, such as `npm exec --no -- trireme`. */
  readonly program: string;
  /** Of the release. */
  readonly version: string;
  /** The deployment that is used where nobody has logged in; null: there is none. */
  readonly findLocal: () => Promise<Profile | null>;
}

/** What a command works with. */
export interface Session {
  readonly trireme: Trireme;
  readonly profile: Profile;
  readonly print: Printer;
  /** How a person calls another command. */
  readonly program: string;
}

/** Opens what a command needs, from its options and the environment. */
export type OpenSession = (command: Command) => Promise<Session>;

/** The options that every command takes. */
export interface GlobalOptions {
  readonly profile?: string;
  readonly json?: boolean;
}

export function sessionOpener({ program, findLocal }: Setting): OpenSession {
  return async (command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const profile = await findProfile(options.profile, process.env, findLocal);
    return { trireme: new Trireme(profile), profile, print: printerOf(command), program };
  };
}

/** What a command prints with that needs no deployment. */
export function printerOf(command: Command): Printer {
  return createPrinter(process, command.optsWithGlobals<GlobalOptions>().json === true);
}
