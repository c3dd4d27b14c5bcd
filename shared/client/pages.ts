/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of the next page; null: this is the last. */
  readonly cursor: string | null;
  /** False: the list ends here for now, and more may come at the cursor. */
  readonly isComplete: boolean;
}

/** A list that is read page by page, as far as it is asked for: `for await (const item of list)`. */
export interface List<Item> extends AsyncIterable<Item> {
  /** The pages themselves; one may be empty though others follow. */
  pages(): AsyncIterable<Page<Item>>;
  /** All items, or the first `limit`. */
  all(limit?: number): Promise<Item[]>;
}

export function createList<Item>(readPage: (cursor: string | null) => Promise<Page<Item>>): List<Item> {
  async function* pages(): AsyncGenerator<Page<Item>> {
    let cursor: string | null = null;
    do {
      const page: Page<Item> = await readPage(cursor);
      yield page;
      if (!page.isComplete) return;
      cursor = page.cursor;
    } while (cursor !== null);
  }
  async function* items(): AsyncGenerator<Item> {
    for await (const page of pages()) yield* page.items;
  }
  return {
    pages,
    [Symbol.asyncIterator]: items,
    async all(limit = Number.POSITIVE_INFINITY) {
      const found: Item[] = [];
      if (limit <= 0) return found;
      for await (const item of items()) {
        found.push(item);
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}

/** The cursor of the next page. It is all that is taken of the API's URL: the client's own URL may be another. */
export function cursorOf(headers: Headers): string | null {
  const next = headers.get('x-pagination-next');
  return next === null ? null : new URL(next).searchParams.get('cursor');
}
