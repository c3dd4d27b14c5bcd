import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { TriremeError } from '../../../shared/client/trireme.ts';
import { isKeyRefused, useSession } from '../session/session.ts';

/** What was read last, and whether that is still so. */
export interface Polled<Data> {
  /** Null: nothing was read yet. */
  readonly data: Data | null;
  /** Why the last read failed; what was read before stays. */
  readonly error: TriremeError | null;
  /** Reads now. */
  readonly reload: () => void;
}

interface PollOptions<Data> {
  /** What is read: another one begins anew. */
  readonly id: string;
  readonly everyMs?: number;
  /** What is read costs something: a failure is not tried again unless it is asked for. */
  readonly isOnce?: boolean;
  /** Whether nothing can change any more: then it is not read again. */
  readonly isOver?: (data: Data) => boolean;
}

const EVERY_MS = 4_000;
const HIDDEN_MS = 30_000;
const LONGEST_MS = 30_000;

/** Reads again and again: seldom in a hidden tab, later after failures or as the API asks, and not when it is over. */
export function usePoll<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  { id, everyMs = EVERY_MS, isOnce = false, isOver = () => false }: PollOptions<Data>,
): Polled<Data> {
  const { leave } = useSession();
  const [state, setState] = useState<{ id: string; data: Data | null; error: TriremeError | null }>({
    id,
    data: null,
    error: null,
  });
  const latest = useRef({ load, isOver, everyMs, isOnce });
  latest.current = { load, isOver, everyMs, isOnce };
  const readNow = useRef<() => void>(() => undefined);

  useEffect(() => {
    const ending = new AbortController();
    let timer = 0;
    let failures = 0;
    let isReading = false;

    async function read(): Promise<void> {
      clearTimeout(timer);
      timer = 0;
      if (isReading) return;
      isReading = true;
      let waitMs: number | null = latest.current.everyMs;
      try {
        const data = await latest.current.load(ending.signal);
        failures = 0;
        setState({ id, data, error: null });
        if (latest.current.isOnce || latest.current.isOver(data)) waitMs = null;
      } catch (error) {
        if (ending.signal.aborted) return;
        if (isKeyRefused(error)) return leave(asError(error).message);
        const failed = asError(error);
        failures += 1;
        setState((before) => ({ id, data: before.id === id ? before.data : null, error: failed }));
        waitMs = failed.retryable && !latest.current.isOnce ? waitAfter(failed, failures) : null;
      } finally {
        isReading = false;
      }
      if (ending.signal.aborted || waitMs === null) return;
      timer = setTimeout(() => void read(), document.hidden ? HIDDEN_MS : waitMs);
    }
    const onVisible = (): void => {
      if (!document.hidden && timer !== 0) void read();
    };
    readNow.current = () => void read();
    document.addEventListener('visibilitychange', onVisible);
    void read();
    return () => {
      ending.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [id, leave]);

  const reload = useCallback(() => readNow.current(), []);
  return state.id === id ? { data: state.data, error: state.error, reload } : { data: null, error: null, reload };
}

function waitAfter({ retryAt }: TriremeError, failures: number): number {
  const asked = retryAt === null ? 0 : retryAt.getTime() - Date.now();
  return Math.max(asked, Math.min(LONGEST_MS, EVERY_MS * 2 ** (failures - 1)));
}

/** Any failure as one of the client's. */
export function asError(error: unknown): TriremeError {
  if (error instanceof TriremeError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TriremeError(
    {
      label: 'UNEXPECTED_ANSWER',
      message,
      status: 0,
      scope: null,
      retryable: false,
      retryAt: null,
      ref: null,
      params: {},
      validationErrors: [],
    },
    error,
  );
}
