import type { ComponentChildren } from 'preact';
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
  readonly keyOf: (row: Row) => string;
  readonly empty: ComponentChildren;
}) {
  const { items, error, hasMore, isReadingMore, more, reload } = list;
  return (
    <>
      <ErrorNotice error={error} onRetry={reload} />
      {items === null ? error === null ? <Loading rows={6} /> : null : null}
      {items !== null && items.length === 0 && !hasMore ? <div class="empty">{empty}</div> : null}
      {items !== null && items.length > 0 ? <Table label={label} rows={items} columns={columns} keyOf={keyOf} /> : null}
      {items !== null && hasMore ? (
        <p class="more">
          <Button isBusy={isReadingMore} onClick={more}>
            Show more
          </Button>
          <span class="hint">{items.length} shown</span>
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
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map(({ name, isNumber, cell }) => (
                <td key={name} class={isNumber === true ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
