/** A workspace's own value of a secret that actions use, as it is stored. */
export interface Credential {
  /** The name under which an action asks for the secret. */
  readonly name: string;
  /** The value, encrypted for this workspace and name. */
  readonly sealed: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A name that an action may declare: capitals, digits and `_`. */
export const CREDENTIAL_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
/** Bytes of a value as JSON. */
export const CREDENTIAL_BYTES = 4_096;
/** Credentials that a workspace may have at once: they are stored in one item. */
export const MAX_CREDENTIALS = 50;

/** What a credential is sealed to: opened for another workspace or name it is refused. */
export function credentialSeal(workspaceUid: string, name: string): string {
  return `credential ${name} of ${workspaceUid}`;
}
