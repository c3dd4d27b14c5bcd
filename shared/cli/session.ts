import type { Command } from 'commander';
import { Trireme } from '../client/trireme.ts';
import { findProfile } from './find-profile.ts';
import { harmless } from './harmless.ts';
import { parseKept } from './kept-numbers.ts';
import { patientFetch } from './patient-fetch.ts';
import { createPrinter, type Printer } from './printer.ts';
import type { Profile } from './profiles.ts';

/** How a program offers the commands. */
export interface Setting {
  /** How a person calls it, such as `npm exec --no -- trireme`. */
  readonly program: string;
  /** Of the release. */
  readonly version: string;
  /**
   * The deployment that is used where nobody has logged in; null: there is none. `dataDir`: the value of --data-dir,
   * for a program that has it.
   */
  readonly findLocal: (dataDir: string | undefined) => Promise<Profile | null>;
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
  readonly dataDir?: string;
}

export function sessionOpener({ program, findLocal }: Setting): OpenSession {
  return async (command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const local = options.dataDir === undefined ? null : await findLocal(options.dataDir);
    const profile = local ?? (await findProfile(options.profile, process.env, () => findLocal(undefined)));
    return { trireme: openTrireme(profile), profile, print: printerOf(command), program };
  };
}

/** A client that tells a person that it waits for an answer. */
export function openTrireme(profile: Profile): Trireme {
  const tell = (line: string): void => void process.stderr.write(`${harmless(line)}\n`);
  return new Trireme({ ...profile, fetch: patientFetch(profile.url, tell), parse: parseKept });
}

/** What a command prints with that needs no deployment. */
export function printerOf(command: Command): Printer {
  return createPrinter(process, command.optsWithGlobals<GlobalOptions>().json === true);
}
