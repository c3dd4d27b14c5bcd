import type { Action } from '../../../shared/client/trireme.ts';
import { type Polled, usePoll } from '../data/use-poll.ts';
import { useSession } from '../session/session.ts';

/** The deployment's actions, read once; none where this key may not read. */
export function useActions(): Polled<readonly Action[]> {
  const { client, can } = useSession();
  const read = async (signal: AbortSignal): Promise<readonly Action[]> =>
    can('read') ? await client.actions.list({ signal }) : [];
  return usePoll(read, { id: 'actions', isOver: () => true });
}

/** One of them; null: not read yet, or there is none of this name. */
export function useAction(name: string | null): Action | null {
  return useActions().data?.find((action) => action.name === name) ?? null;
}
