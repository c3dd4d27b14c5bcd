import { useEffect, useState } from 'preact/hooks';
import type { Action } from '../../../shared/client/trireme.ts';
import { useSession } from '../session/session.ts';

/** The deployment's actions, read once a page; null until then, and where this key may not read. */
export function useActions(): readonly Action[] | null {
  const { client, can } = useSession();
  const mayRead = can('read');
  const [actions, setActions] = useState<readonly Action[] | null>(null);
  useEffect(() => {
    if (!mayRead) return;
    const ending = new AbortController();
    client.actions.list({ signal: ending.signal }).then(setActions, () => undefined);
    return () => ending.abort();
  }, [client, mayRead]);
  return actions;
}

/** One of them. */
export function useAction(name: string | null): Action | null {
  return useActions()?.find((action) => action.name === name) ?? null;
}
