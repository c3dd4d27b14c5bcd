import { Url } from '../design/copy.tsx';
import { useList } from '../data/use-list.ts';
import { type Column, Table } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { AnswerText } from './callback-columns.tsx';
import { type WaitingReceiver, waitingReceivers } from './waiting-receivers.ts';

const COLUMNS: readonly Column<WaitingReceiver>[] = [
  { name: 'Receiver', cell: ({ url }) => <Url url={url} /> },
  { name: 'Waiting', isNumber: true, cell: ({ waiting }) => waiting.toLocaleString('en') },
  {
    name: 'Last answer',
    cell: ({ example: { uid, http_status: status, http_response: text, error } }) => (
      <div class="cell-name">
        <Link href={hrefOf(`/callbacks/${uid}`)}>
          {status === null ? (error?.message ?? 'None to this one') : `HTTP ${status}`}
        </Link>
        {text === null || text === '' ? null : <AnswerText text={text} />}
      </div>
    ),
  },
  { name: 'Why', cell: ({ example }) => <span class="reason">{example.status_reason}</span> },
  { name: 'Next attempt, at the latest', cell: ({ nextAt }) => <Time at={nextAt} isDue /> },
];

/** Receivers that fail now, told by the callbacks that wait for them; nothing where all accept theirs. */
export function Receivers() {
  const { client } = useSession();
  const { items, hasMore } = useList(
    (signal) => client.callbacks.list({ status: ['PENDING'], limit: 100 }, { signal }),
    { id: 'waiting callbacks', keyOf: ({ uid }) => uid, everyMs: 5_000 },
  );
  const receivers = waitingReceivers(items ?? []);
  if (receivers.length === 0) return null;
  return (
    <div class="stack">
      <h2>Receivers that fail</h2>
      <Table label="Receivers that fail" rows={receivers} columns={COLUMNS} keyOf={({ url }) => url} />
      {hasMore ? <p class="hint">Told by the newest callbacks that wait; there are more.</p> : null}
    </div>
  );
}
