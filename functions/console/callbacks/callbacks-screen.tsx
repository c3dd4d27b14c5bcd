import type { CallbackStatus } from '../../../shared/client/trireme.ts';
import { useList } from '../data/use-list.ts';
import { Page } from '../design/page.tsx';
import { statusWord } from '../design/status.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { Uid, Url } from '../design/copy.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, setQuery } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import type { CallbackRecord } from '../../../shared/client/trireme.ts';
import { CALLBACK_COLUMNS, CallbackName } from './callback-columns.tsx';
import { Receivers } from './receivers.tsx';
import { TestReceiver } from './test-receiver.tsx';

const STATUSES: readonly CallbackStatus[] = ['FAILED', 'PENDING', 'RUNNING', 'SUCCESS'];

const COLUMNS: readonly Column<CallbackRecord>[] = [
  ...CALLBACK_COLUMNS.slice(0, 1),
  {
    name: 'Callback',
    cell: (record) => (
      <CallbackName record={record}>
        {record.run_uid === null ? null : (
          <span class="muted">
            <Link href={hrefOf(`/runs/${record.run_uid}`, { tab: 'callbacks' })}>
              <Uid uid={record.run_uid} />
            </Link>
          </span>
        )}
      </CallbackName>
    ),
  },
  { name: 'Receiver', cell: ({ callback_url: url }) => <Url url={url} /> },
  ...CALLBACK_COLUMNS.slice(2),
];

/** Callbacks of all runs: at first those that failed. */
export function CallbacksScreen({ query }: { readonly query: URLSearchParams }) {
  const { client, can } = useSession();
  const chosen = query.get('status') ?? 'FAILED';
  const status = chosen as CallbackStatus; // cast: the API refuses what is no status
  const list = useList((signal) => client.callbacks.list({ status: [status], limit: 50 }, { signal }), {
    id: `callbacks ${status}`,
    keyOf: ({ uid }) => uid,
    everyMs: 5_000,
  });
  return (
    <Page title="Callbacks">
      <Receivers />
      <div class="chips" role="group" aria-label="Status">
        {STATUSES.map((one) => (
          <button
            key={one}
            type="button"
            class="chip"
            aria-pressed={one === status}
            onClick={() => setQuery({ status: one })}
          >
            {statusWord(one)}
          </button>
        ))}
      </div>
      <ListTable
        label="Callbacks"
        list={list}
        columns={COLUMNS}
        keyOf={({ uid }) => uid}
        empty={
          <>
            <strong>No callback is {statusWord(status).toLowerCase()}</strong>
            {status === 'FAILED' ? <span>Receivers took everything that was sent to them.</span> : null}
          </>
        }
      />
      {can('manage') ? <TestReceiver /> : null}
    </Page>
  );
}
