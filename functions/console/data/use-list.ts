import { useCallback, useRef, useState } from 'preact/hooks';
import type { List, TriremeError } from '../../../shared/client/trireme.ts';
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
  const rest = useRef<AsyncIterator<{ readonly items: readonly Item[]; readonly cursor: string | null }> | null>(null);
  const restId = useRef(id);

  const first = usePoll(
    async (signal) => {
      const pages = open(signal).pages()[Symbol.asyncIterator]();
      let page = await pages.next();
      // A page may be empty though others follow.
      while (page.done !== true && page.value.items.length === 0 && page.value.cursor !== null)
        page = await pages.next();
      if (page.done === true) return { items: [], hasMore: false };
      if (restId.current !== id || rest.current === null) {
        restId.current = id;
        rest.current = pages;
      }
      return { items: page.value.items, hasMore: page.value.cursor !== null };
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
      const page = await pages.next();
      setFurther((before) => ({
        id,
        items: [...(before.id === id ? before.items : []), ...(page.done === true ? [] : page.value.items)],
        isOver: page.done === true || page.value.cursor === null,
      }));
    } finally {
      setReadingMore(false);
    }
  }, [id]);

  const own = further.id === id ? further : { items: [], isOver: false };
  const { data } = first;
  const known = new Set(data?.items.map(keyOf));
  return {
    items: data === null ? null : [...data.items, ...own.items.filter((item) => !known.has(keyOf(item)))],
    error: first.error,
    hasMore: data !== null && data.hasMore && !own.isOver,
    isReadingMore,
    more: () => void more().catch(() => first.reload()),
    reload: first.reload,
  };
}
