import { EngineError } from './errors.ts';
import type { Scope } from './scopes.ts';

/** An API key as it is stored: its digest, never the key, and a few characters by which its owner recognises it. */
export interface ApiKey {
  readonly uid: string;
  /** Given by who made it, else its hint. */
  readonly label: string;
  readonly digest: string;
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  /** When it stops working; null: never. */
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

/** The label of a key that was given none. */
export function hintLabel(hint: string): string {
  return `${hint}…`;
}

/** Keys of one workspace that may exist at once: they are stored in one item. */
export const MAX_KEYS = 100;
/** Revoked keys that are kept, so that a repeated deletion is recognised. */
const MAX_REVOKED = 100;

/** Whether the key works. */
export function isValidKey({ revokedAt, expiresAt }: ApiKey, now: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

/** The keys that were not revoked, oldest first. */
export function presentKeys(keys: readonly ApiKey[]): readonly ApiKey[] {
  return keys.filter(({ revokedAt }) => revokedAt === null);
}

/** The keys with one more. Throws INVALID_STATE where the workspace has as many as it may. */
export function addKey(keys: readonly ApiKey[], key: ApiKey): readonly ApiKey[] {
  if (presentKeys(keys).length < MAX_KEYS) return [...keys, key];
  throw new EngineError('INVALID_STATE', `The workspace has ${MAX_KEYS} keys, the most that it can have; delete one.`);
}

/** The keys with one in place of that of the same uid. */
export function replaceKey(keys: readonly ApiKey[], key: ApiKey): readonly ApiKey[] {
  return keys.map((one) => (one.uid === key.uid ? key : one));
}

/** The keys with one of them revoked; the oldest revoked ones are dropped. */
export function revokeKey(keys: readonly ApiKey[], key: ApiKey, now: number): readonly ApiKey[] {
  const revoked = replaceKey(keys, { ...key, revokedAt: now });
  const kept = revoked
    .filter(({ revokedAt }) => revokedAt !== null)
    .toSorted((a, b) => (b.revokedAt ?? 0) - (a.revokedAt ?? 0))
    .slice(0, MAX_REVOKED);
  return revoked.filter((one) => one.revokedAt === null || kept.includes(one));
}

/** Whether this is the only key with the scope `admin` that works. */
export function isLastAdmin(keys: readonly ApiKey[], key: ApiKey, now: number): boolean {
  const admins = keys.filter((one) => one.scopes.includes('admin') && isValidKey(one, now));
  return admins.length === 1 && admins[0]?.uid === key.uid;
}
