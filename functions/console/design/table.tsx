import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
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
      <table>
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
          <TablePart key={part} first={part * ROWS_A_PART} rows={rows} columns={columns} keyOf={keyOf} />
        ))}
      </table>
    </div>
  );
}

/** A part of a table is drawn again only if one of its rows changed: a poll renews the first rows of ten thousand. */
const ROWS_A_PART = 100;

function TablePart<Row>({
  first,
  rows,
  columns,
  keyOf,
}: {
  readonly first: number;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row, index: number) => string;
}) {
  const own = rows.slice(first, first + ROWS_A_PART);
  const drawn = useRef<{ own: readonly Row[]; columns: readonly Column<Row>[]; body: ComponentChildren } | null>(null);
  const before = drawn.current;
  const isSame =
    before !== null &&
    before.columns === columns &&
    before.own.length === own.length &&
    own.every((row, index) => row === before.own[index]);
  if (isSame) return before.body;
  const body = (
    <tbody>
      {own.map((row, index) => (
        <tr key={keyOf(row, first + index)}>
          {columns.map(({ name, isNumber, cell }) => (
            <td key={name} class={isNumber === true ? 'number' : undefined}>
              {cell(row)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
  drawn.current = { own, columns, body };
  return body;
}
