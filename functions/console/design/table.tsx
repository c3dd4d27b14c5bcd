import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TriremeError } from '../../../shared/client/trireme.ts';
import { Button } from './button.tsx';
import { Loading } from './loading.tsx';
import { ErrorNotice } from './notice.tsx';

export interface Column<Row> {
  readonly name: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

/** A list with its states: being read, failed, empty, and more to come. */
export function ListTable<Row>({
  label,
  list,
  columns,
  keyOf,
  empty,
}: {
  /** Names the table to those who do not see it. */
  readonly label: string;
  readonly list: {
    readonly items: readonly Row[] | null;
    readonly error: TriremeError | null;
    readonly hasMore: boolean;
    readonly isReadingMore: boolean;
    readonly more: () => void;
    readonly reload: () => void;
  };
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row, index: number) => string;
  readonly empty: ComponentChildren;
}) {
  const { items, error, hasMore, isReadingMore, more, reload } = list;
  return (
    <>
      <ErrorNotice error={error} onRetry={reload} />
      {items === null ? error === null ? <Loading rows={6} /> : null : null}
      {items !== null && items.length === 0 ? (
        <div class="empty">{hasMore ? <strong>Nothing was found so far</strong> : empty}</div>
      ) : null}
      {items !== null && items.length > 0 ? <Table label={label} rows={items} columns={columns} keyOf={keyOf} /> : null}
      {items !== null && hasMore ? (
        <p class="more">
          <Button isBusy={isReadingMore} onClick={more}>
            {items.length === 0 ? 'Look further' : 'Show more'}
          </Button>
          <span class="hint">
            {items.length === 0
              ? 'The newest were looked through; there are older ones.'
              : `${items.length.toLocaleString('en')} shown`}
          </span>
        </p>
      ) : null}
    </>
  );
}

export function Table<Row>({
  label,
  rows,
  columns,
  keyOf,
}: {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row, index: number) => string;
}) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={label}>
      <table aria-rowcount={rows.length > ALL_DRAWN ? rows.length + 1 : undefined}>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" class={isNumber === true ? 'number' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        {Array.from({ length: Math.ceil(rows.length / ROWS_A_PART) }, (_, part) => (
          <TablePart
            key={part}
            first={part * ROWS_A_PART}
            rows={rows}
            columns={columns}
            keyOf={keyOf}
            isLong={rows.length > ALL_DRAWN}
          />
        ))}
      </table>
    </div>
  );
}

/**
 * A table is drawn in parts. One is drawn again only if a row of it changed, since a poll renews the first rows of ten
 * thousand; and in a long table those that are far from what is seen keep their place only, since a browser lays out all
 * rows that are there at once.
 */
const ROWS_A_PART = 100;
const ALL_DRAWN = 2 * ROWS_A_PART;
/** How far beyond what is seen rows are drawn. */
const NEAR = '1000px';
/** Of a part that was not drawn yet. */
const ROW_PX = 36;

/** What a part was last drawn of. */
interface Drawn<Row> {
  readonly own: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly isLong: boolean;
  readonly body: ComponentChildren;
}

function TablePart<Row>({
  first,
  rows,
  columns,
  keyOf,
  isLong,
}: {
  readonly first: number;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row, index: number) => string;
  readonly isLong: boolean;
}) {
  const own = rows.slice(first, first + ROWS_A_PART);
  const drawn = useRef<Drawn<Row> | null>(null);
  const { part, isNear, heightPx } = useNearness(isLong);
  if (isLong && !isNear) {
    drawn.current = null;
    return (
      <tbody ref={part}>
        <tr>
          <td class="gap" colSpan={columns.length} style={{ height: `${heightPx ?? own.length * ROW_PX}px` }} />
        </tr>
      </tbody>
    );
  }
  const before = drawn.current;
  const isSame =
    before !== null &&
    before.columns === columns &&
    before.isLong === isLong &&
    before.own.length === own.length &&
    own.every((row, index) => row === before.own[index]);
  if (isSame) return before.body;
  const body = (
    <tbody ref={part}>
      {own.map((row, index) => (
        <tr key={keyOf(row, first + index)} aria-rowindex={isLong ? first + index + 2 : undefined}>
          {columns.map(({ name, isNumber, cell }) => (
            <td key={name} class={isNumber === true ? 'number' : undefined}>
              {cell(row)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
  drawn.current = { own, columns, isLong, body };
  return body;
}

/** Whether a part of a long table is near what is seen of it, and how high it was when it was last drawn. */
function useNearness(isLong: boolean) {
  const part = useRef<HTMLTableSectionElement>(null);
  // What was drawn while the table was short stays until it is known to be far.
  const [isNear, setNear] = useState(!isLong);
  const heightPx = useRef<number | null>(null);
  useEffect(() => {
    const watched = part.current;
    if (!isLong || watched === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const nowNear = entries.at(-1)?.isIntersecting === true;
        if (!nowNear && watched.rows.length > 1) heightPx.current = watched.offsetHeight;
        setNear(nowNear);
      },
      { root: watched.closest('.table-box'), rootMargin: `${NEAR} 0px` },
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [isLong]);
  return { part, isNear, heightPx: heightPx.current };
}
