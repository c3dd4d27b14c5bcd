import { useEffect, useState } from 'preact/hooks';
import type { Preview, TriremeError } from '../../../shared/client/trireme.ts';
import { asError } from '../data/use-poll.ts';
import { useSession } from '../session/session.ts';

/** So long after the last key the API is asked. */
const TYPING_MS = 300;

/** The next times of a cron expression; both null until there is an answer. */
export function usePreview(
  cron: string,
  timezone: string,
  count: number,
): { readonly preview: Preview | null; readonly error: TriremeError | null } {
  const { client } = useSession();
  const [state, setState] = useState<{ preview: Preview | null; error: TriremeError | null }>({
    preview: null,
    error: null,
  });
  useEffect(() => {
    if (cron.trim() === '') return setState({ preview: null, error: null });
    const ending = new AbortController();
    const timer = setTimeout(() => {
      client.schedules.preview({ cron, timezone, count }, { signal: ending.signal }).then(
        (preview) => setState({ preview, error: null }),
        (thrown: unknown) => {
          if (!ending.signal.aborted) setState({ preview: null, error: asError(thrown) });
        },
      );
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [client, cron, timezone, count]);
  return state;
}
