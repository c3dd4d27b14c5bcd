/** What an API key may do. `admin`: manage the workspace's keys and secrets. */
export const SCOPES = ['read', 'run', 'manage', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Those of a new key, unless told otherwise. The first key of a workspace has all scopes. */
export const DEFAULT_SCOPES: readonly Scope[] = ['read', 'run', 'manage'];

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
