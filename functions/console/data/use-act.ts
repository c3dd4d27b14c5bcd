import { useCallback, useRef, useState } from 'preact/hooks';
import type { TriremeError } from '../../../shared/client/trireme.ts';
import { isKeyRefused, useSession } from '../session/session.ts';
import { asError } from './use-poll.ts';

/** Something that the reader asks for once: a verb, a launch. */
export interface Act {
  readonly isBusy: boolean;
  readonly error: TriremeError | null;
  /** Does it, unless it is still busy; resolves whether it went well. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
}

export function useAct(): Act {
  const { leave } = useSession();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<TriremeError | null>(null);
  // A key that is held down submits a form again before the button is drawn as busy.
  const isAtWork = useRef(false);
  const run = useCallback(
    async (work: () => Promise<void>) => {
      if (isAtWork.current) return false;
      isAtWork.current = true;
      setBusy(true);
      setError(null);
      try {
        await work();
        return true;
      } catch (thrown) {
        if (isKeyRefused(thrown)) leave(asError(thrown).message);
        setError(asError(thrown));
        return false;
      } finally {
        isAtWork.current = false;
        setBusy(false);
      }
    },
    [leave],
  );
  return { isBusy, error, run };
}
