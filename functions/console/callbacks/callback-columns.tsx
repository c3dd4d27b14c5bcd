import type { ComponentChildren } from 'preact';
import type { CallbackRecord } from '../../../shared/client/trireme.ts';
import { Status } from '../design/status.tsx';
import type { Column } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';

/** As much of an answer as is read in a list; the callback's own screen has all of it. */
const ANSWER_CHARACTERS = 80;

export function AnswerText({ text }: { readonly text: string }) {
  return (
    <code class="reason" title={text}>
      {text.slice(0, ANSWER_CHARACTERS)}
    </code>
  );
}

export const CALLBACK_COLUMNS: readonly Column<CallbackRecord>[] = [
  { name: 'Status', cell: ({ status }) => <Status status={status} /> },
  { name: 'Callback', cell: (record) => <CallbackName record={record} /> },
  {
    name: 'Answer',
    cell: ({ http_status: status, http_response: text, error }) =>
      status === null ? (
        error === null ? (
          <span class="muted">–</span>
        ) : (
          error.message
        )
      ) : (
        <div class="cell-name">
          <span>HTTP {status}</span>
          {text === null || text === '' ? null : <AnswerText text={text} />}
        </div>
      ),
  },
  {
    name: 'Attempts',
    isNumber: true,
    cell: ({ retry_count: count, status }) => count + (status === 'PENDING' ? 0 : 1),
  },
  { name: 'Why', cell: (record) => <Why record={record} /> },
  { name: 'Created', cell: ({ created_at: at }) => <Time at={at} /> },
];

/** What it is about, and where its own screen is. */
export function CallbackName({
  record: { uid, type, page, part, parent_uid: parent },
  children = null,
}: {
  readonly record: CallbackRecord;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="cell-name">
      <Link href={hrefOf(`/callbacks/${uid}`)}>{type}</Link>
      <span class="muted">
        {page === null ? 'whole run' : `page ${page}`}
        {part === null || part === 1 ? null : `, part ${part}`}
        {parent === null ? null : ' · replay'}
      </span>
      {children}
    </div>
  );
}

function Why({ record }: { readonly record: CallbackRecord }) {
  const { status_reason: reason, next_attempt_at: next, error, status } = record;
  if (reason === null && next === null) {
    return status === 'FAILED' && error !== null ? <span>{error.message}</span> : <span class="muted">–</span>;
  }
  return (
    <span class="reason" title={reason ?? undefined}>
      {reason}
      {next === null ? null : (
        <>
          {reason === null ? 'Next attempt' : ' At the latest'} <Time at={next} isDue />
        </>
      )}
    </span>
  );
}
