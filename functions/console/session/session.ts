import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { parseExact } from '../data/exact-json.ts';
import { InvalidOption, type Me, Trireme, TriremeError, type Scope } from '../../../shared/client/trireme.ts';

/** Who uses the console, and the client under their key. */
export interface Session {
  readonly client: Trireme;
  /** For the few calls whose headers the client does not give. */
  readonly key: string;
  readonly me: Me;
  readonly can: (scope: Scope) => boolean;
  /** Forgets the key and asks for another; the reason is shown. */
  readonly leave: (reason: string | null) => void;
}

const Context = createContext<Session | null>(null);
export const SessionProvider = Context.Provider;

export function useSession(): Session {
  const session = useContext(Context);
  if (session === null) throw new Error('There is no session around this part of the page.');
  return session;
}

/** A failed poll comes again by itself, so a call is tried only twice and its reader is told soon. */
const RETRY = { attempts: 2, maxWaitMs: 3_000 };

export function createClient(apiKey: string): Trireme {
  return new Trireme({ url: location.origin, apiKey, retry: RETRY, parse: parseExact });
}

/** Whether an error means that the key is no longer good. */
export function isKeyRefused(error: unknown): boolean {
  return error instanceof InvalidOption || (error instanceof TriremeError && error.is('UNAUTHORIZED'));
}
