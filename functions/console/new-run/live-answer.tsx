import { useState } from 'preact/hooks';
import type { Action } from '../../../shared/client/trireme.ts';
import { useList } from '../data/use-list.ts';
import { Json, Value } from '../design/copy.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { columnsOf } from '../run/columns.ts';
import { useSession } from '../session/session.ts';

/** The results of a live call, page by page. */
export function LiveAnswer({
  action,
  body,
}: {
  readonly action: Action;
  readonly body: Readonly<Record<string, unknown>>;
}) {
  const { client } = useSession();
  const [isJson, setJson] = useState(false);
  const list = useList(
    // cast: what was typed, checked by the API
    (signal) => client.action(action.name).live(body as never, { signal }),
    { id: JSON.stringify(body), keyOf: (result) => JSON.stringify(result), isOnce: true },
  );
  const items = list.items ?? [];
  const columns: readonly Column<unknown>[] = columnsOf(action.result_schema, items).map(
    ({ name, isNumber, read }) => ({
      name,
      isNumber,
      cell: (result) => <Value value={read(result)} />,
    }),
  );
  return (
    <section class="stack wide" aria-label="Answer">
      <div class="card-head">
        <h2>Answer</h2>
        <label>
          <input type="checkbox" checked={isJson} onChange={(event) => setJson(event.currentTarget.checked)} /> as JSON
        </label>
      </div>
      {isJson && items.length > 0 ? (
        <Json label="Answer" value={items} />
      ) : (
        <ListTable
          label="Results"
          list={list}
          columns={columns}
          keyOf={(_, index) => String(index)}
          empty={<strong>The action found nothing for this input</strong>}
        />
      )}
    </section>
  );
}
