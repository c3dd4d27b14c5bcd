import { EngineError } from './errors.ts';

/**
 * From what one of a workspace's signing secrets is derived, and how long it signs. The secret itself is not stored.
 */
export interface SigningSecret {
  /** The version of the master secret. */
  readonly root: number;
  /** Grows with each rotation; 0: the workspace's first secret. */
  readonly generation: number;
  /** Null: the first secret, which is as old as its workspace. */
  readonly createdAt: number | null;
  /** Until when it signs; null: no end. */
  readonly expiresAt: number | null;
  /** The request that made it, so that its repetition is recognised; null: none. */
  readonly by: string | null;
}

/** The secret of a workspace that has never rotated it. */
export const FIRST_SECRET: SigningSecret = { root: 1, generation: 0, createdAt: null, expiresAt: null, by: null };

/** Secrets that may sign at once: each adds a signature to every callback. */
const MAX_SIGNING = 5;

/** Those that sign at that time, newest first. */
export function signingAt(secrets: readonly SigningSecret[], at: number): readonly SigningSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > at);
}

/**
 * The secrets with a new one in front. All older ones end with the overlap at the latest. Throws INVALID_STATE where
 * too many would sign at once.
 */
export function rotateSecrets(
  secrets: readonly SigningSecret[],
  {
    root,
    by,
    overlapMs,
    now,
  }: Pick<SigningSecret, 'root' | 'by'> & { readonly overlapMs: number; readonly now: number },
): readonly SigningSecret[] {
  const endAt = now + overlapMs;
  const older = secrets.map((secret) => ({ ...secret, expiresAt: Math.min(secret.expiresAt ?? endAt, endAt) }));
  const generation = Math.max(...secrets.map((secret) => secret.generation)) + 1;
  const signing = signingAt([{ root, generation, createdAt: now, expiresAt: null, by }, ...older], now);
  if (signing.length <= MAX_SIGNING) return signing;
  const message = `${MAX_SIGNING} signing secrets are in use, the most there can be at once; wait until one ends, or rotate with overlap_hours 0, which ends them all.`;
  throw new EngineError('INVALID_STATE', message);
}
