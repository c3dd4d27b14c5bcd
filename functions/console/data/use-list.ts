import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import type { List, Page, TriremeError } from '../../../shared/client/trireme.ts';
import { usePoll } from './use-poll.ts';

/** A list of which the first page is kept fresh and further pages are read as the reader asks for them. */
export interface Listed<Item> {
  /** Null: nothing was read yet. */
  readonly items: readonly Item[] | null;
  readonly error: TriremeError | null;
  readonly hasMore: boolean;
  readonly isReadingMore: boolean;
  readonly more: () => void;
  readonly reload: () => void;
}

interface Further<Item> {
  readonly id: string;
  readonly items: readonly Item[];
  readonly isOver: boolean;
}

const NONE: readonly never[] = [];

/** Pages in a row that may be empty, where few of many pass a filter, before the reader is asked whether to go on. */
const EMPTY_PAGES = 3;

async function nextFound<Item>(
  pages: AsyncIterator<Page<Item>>,
): Promise<{ readonly items: readonly Item[]; readonly hasMore: boolean }> {
  for (let read = 1; ; read += 1) {
    const page = await pages.next();
    if (page.done === true) return { items: [], hasMore: false };
    const { items, cursor } = page.value;
    if (items.length > 0 || cursor === null || read === EMPTY_PAGES) return { items, hasMore: cursor !== null };
  }
}

export function useList<Item>(
  open: (signal: AbortSignal) => List<Item>,
  options: {
    readonly id: string;
    readonly keyOf: (item: Item) => string;
    readonly everyMs?: number;
    readonly isOnce?: boolean;
    readonly isOver?: (items: readonly Item[]) => boolean;
  },
): Listed<Item> {
  const { id, keyOf, isOnce = false, isOver = () => false } = options;
  const [further, setFurther] = useState<Further<Item>>({ id, items: [], isOver: false });
  const [isReadingMore, setReadingMore] = useState(false);
  const rest = useRef<AsyncIterator<Page<Item>> | null>(null);
  const restId = useRef(id);

  const first = usePoll(
    async (signal) => {
      const pages = open(signal).pages()[Symbol.asyncIterator]();
      const found = await nextFound(pages);
      if (restId.current !== id || rest.current === null) {
        restId.current = id;
        rest.current = pages;
      }
      return found;
    },
    {
      id,
      isOnce,
      ...(options.everyMs === undefined ? {} : { everyMs: options.everyMs }),
      isOver: ({ items }) => isOver(items),
    },
  );

  const more = useCallback(async () => {
    const pages = rest.current;
    if (pages === null) return;
    setReadingMore(true);
    try {
      const { items, hasMore } = await nextFound(pages);
      setFurther((before) => ({
        id,
        items: [...(before.id === id ? before.items : []), ...items],
        isOver: !hasMore,
      }));
    } finally {
      setReadingMore(false);
    }
  }, [id]);

  const own = further.id === id ? further : { items: NONE, isOver: false };
  const { data } = first;
  const latestKeyOf = useRef(keyOf);
  latestKeyOf.current = keyOf;
  const items = useMemo(() => {
    if (data === null || own.items.length === 0) return data?.items ?? null;
    const known = new Set(data.items.map(latestKeyOf.current));
    return [...data.items, ...own.items.filter((item) => !known.has(latestKeyOf.current(item)))];
  }, [data, own.items]);
  return {
    items,
    error: first.error,
    hasMore: data !== null && data.hasMore && !own.isOver,
    isReadingMore,
    more: () => void more().catch(() => first.reload()),
    reload: first.reload,
  };
}
