import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Me, Scope, TriremeError } from '../../shared/client/trireme.ts';
import { asError } from './data/use-poll.ts';
import { Loading } from './design/loading.tsx';
import { ErrorNotice } from './design/notice.tsx';
import { forgetKey, keepKey, storedKey, takeKeyFromAddress } from './session/key.ts';
import { KeyEntry } from './session/key-entry.tsx';
import { createClient, isKeyRefused, type Session, SessionProvider } from './session/session.ts';
import { Shell } from './shell.tsx';

const RETRY_MS = 5_000;

/** Asks for the key, finds out who has it, then shows the screens. */
export function App() {
  const [key, setKey] = useState(storedKey);
  const [me, setMe] = useState<Me | null>(null);
  const [reason, setReason] = useState<string | null>(null);
  const [error, setError] = useState<TriremeError | null>(null);

  const leave = useCallback((why: string | null) => {
    forgetKey();
    setKey(null);
    setMe(null);
    setReason(why);
  }, []);
  const enter = (entered: string): void => {
    keepKey(entered);
    setReason(null);
    setKey(entered);
  };

  // A link with a key that is pasted into an open tab changes the fragment alone.
  useEffect(() => {
    const take = (): void => {
      if (!takeKeyFromAddress()) return;
      setMe(null);
      setKey(storedKey());
    };
    addEventListener('hashchange', take);
    return () => removeEventListener('hashchange', take);
  }, []);

  useEffect(() => {
    if (key === null) return;
    const ending = new AbortController();
    let timer = 0;
    const check = async (): Promise<void> => {
      try {
        setMe(await createClient(key).me({ signal: ending.signal }));
        setError(null);
      } catch (thrown) {
        if (ending.signal.aborted) return;
        if (isKeyRefused(thrown)) return leave(asError(thrown).message);
        setError(asError(thrown));
        timer = setTimeout(() => void check(), RETRY_MS);
      }
    };
    void check();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [key, leave]);

  const session = useMemo((): Session | null => {
    if (key === null || me === null) return null;
    const can = (scope: Scope): boolean => me.key.scopes.includes(scope);
    return { client: createClient(key), key, me, can, leave };
  }, [key, me, leave]);

  if (session !== null) {
    return (
      <SessionProvider value={session}>
        <Shell />
      </SessionProvider>
    );
  }
  if (key === null) return <KeyEntry reason={reason} isChecking={false} onKey={enter} />;
  return (
    <main class="key-entry">
      <div>
        <ErrorNotice error={error} />
        <Loading />
      </div>
    </main>
  );
}
