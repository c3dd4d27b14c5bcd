import type { CallbackRecord } from '../../../shared/client/trireme.ts';
import { CALLBACK_COLUMNS } from '../callbacks/callback-columns.tsx';
import { useList } from '../data/use-list.ts';
import { ListTable } from '../design/table.tsx';
import { setQuery } from '../routing/route.ts';
import { isSettled, type RunPart } from './run-part.ts';

/** The run's callbacks, in the order of its inputs and pages. */
export function RunCallbacks({ run, handle, query }: RunPart & { readonly query: URLSearchParams }) {
  const isUndelivered = query.get('undelivered') === 'true';
  const list = useList<CallbackRecord>(
    (signal) => handle.callbacks({ limit: 100, ...(isUndelivered ? { undelivered: true } : {}) }, { signal }),
    {
      id: `callbacks ${run.uid} ${run.attempt} ${isUndelivered}`,
      keyOf: ({ uid }) => uid,
      everyMs: 2_000,
      isOver: () => isSettled(run),
    },
  );
  return (
    <>
      <label>
        <input
          type="checkbox"
          checked={isUndelivered}
          onChange={(event) => setQuery({ undelivered: event.currentTarget.checked ? 'true' : null })}
        />{' '}
        Only what was not delivered
      </label>
      <ListTable
        label="Callbacks"
        list={list}
        columns={CALLBACK_COLUMNS}
        keyOf={({ uid }) => uid}
        empty={
          <>
            <strong>{isUndelivered ? 'Everything was delivered' : 'No callbacks'}</strong>
            {run.callback === null ? <span>The launch named no callback URL; results are read here.</span> : null}
          </>
        }
      />
    </>
  );
}
