import type { Credential } from '../../domain/credential.ts';

/** All credentials of a workspace, by name. */
export interface CredentialSet {
  readonly workspaceUid: string;
  /** Grows with each change; 0: not stored yet. */
  readonly version: number;
  readonly credentials: readonly Credential[];
}

/** Credentials: one item for each workspace. */
export interface CredentialStore {
  /** A strong read. */
  readCredentials(workspaceUid: string): Promise<CredentialSet>;
  /** Writes the credentials, on condition that they are still `before`. False: another call changed them. */
  replaceCredentials(before: CredentialSet, credentials: readonly Credential[]): Promise<boolean>;
}

export interface CredentialPorts {
  readonly credentials: CredentialStore;
  /** Encrypts a value; `aad` is what it is sealed to. */
  readonly sealCredential: (value: string, aad: string) => Promise<string>;
  readonly now: () => number;
}
