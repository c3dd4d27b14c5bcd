import { useEffect, useState } from 'preact/hooks';
import type { CallbackAttempt } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { asError, usePoll } from '../data/use-poll.ts';
import { Button } from '../design/button.tsx';
import { Code, Uid, Url, WholeUid } from '../design/copy.tsx';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { Facts, Page } from '../design/page.tsx';
import { Status } from '../design/status.tsx';
import { type Column, Table } from '../design/table.tsx';
import { spanText, Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, navigate } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { readSentBody, type SentBody } from './read-sent-body.ts';
import { headerLines } from '../design/header-lines.ts';

const COLUMNS: readonly Column<CallbackAttempt>[] = [
  { name: 'Attempt', isNumber: true, cell: ({ attempt }) => attempt },
  { name: 'At', cell: ({ at }) => <Time at={at} isFull /> },
  {
    name: 'Took',
    isNumber: true,
    cell: ({ duration_ms: ms }) => (ms === null ? <span class="muted">–</span> : spanText(ms)),
  },
  {
    name: 'Receiver answered',
    cell: ({ http_status: status, http_response: text, error }) => (
      <div class="cell-name">
        <strong>{status === null ? (error?.message ?? 'no answer') : `HTTP ${status}`}</strong>
        {text === null || text === '' ? null : <code>{text}</code>}
      </div>
    ),
  },
];

/** One callback: its attempts, and exactly what was sent. */
export function CallbackScreen({ uid }: { readonly uid: string }) {
  const { client, can } = useSession();
  const act = useAct();
  const { data, error, reload } = usePoll(
    async (signal) => {
      const record = await client.callbacks.get(uid, { signal });
      return { record, attempts: await client.callbacks.attempts(uid, { signal }) };
    },
    { id: uid, everyMs: 2_000, isOver: ({ record }) => record.status === 'SUCCESS' || record.status === 'FAILED' },
  );
  if (data === null) {
    return (
      <Page title="Callback">
        <ErrorNotice error={error} onRetry={reload} />
        {error === null ? <Loading /> : null}
      </Page>
    );
  }
  const { record, attempts } = data;
  const replay = (): void =>
    void act.run(async () => navigate(hrefOf(`/callbacks/${(await client.callbacks.replay(uid)).uid}`)));
  return (
    <Page
      name={`Callback ${record.type}`}
      title={
        <>
          {record.type} <Status status={record.status} />
        </>
      }
      actions={
        can('run') ? (
          <Button kind="primary" isBusy={act.isBusy} onClick={replay}>
            Replay
          </Button>
        ) : null
      }
    >
      <ErrorNotice error={act.error} />
      <ErrorNotice error={error} onRetry={reload} />
      {record.status_reason === null ? null : (
        <Notice kind={record.status === 'FAILED' ? 'bad' : 'wait'}>{record.status_reason}</Notice>
      )}
      <Facts
        facts={[
          ...(record.run_uid === null
            ? []
            : [
                [
                  'Run',
                  <Link key="run" href={hrefOf(`/runs/${record.run_uid}`, { tab: 'callbacks' })}>
                    <Uid uid={record.run_uid} />
                  </Link>,
                ] as const,
              ]),
          ...(record.page === null ? [] : [['Page', String(record.page)] as const]),
          ['Receiver', <Url key="receiver" url={record.callback_url} />],
          ['Id for the receiver', <WholeUid key="ref" uid={record.callback_ref_uid} />],
          ['Created', <Time key="created" at={record.created_at} isFull />],
          ['Delivered', <Time key="delivered" at={record.delivered_at} isFull />],
          ['Next attempt', <Time key="next" at={record.next_attempt_at} isFull isDue />],
          ...(record.parent_uid === null
            ? []
            : [
                [
                  'Replay of',
                  <Link key="parent" href={hrefOf(`/callbacks/${record.parent_uid}`)}>
                    <Uid uid={record.parent_uid} />
                  </Link>,
                ] as const,
              ]),
        ]}
      />
      <h2>Attempts</h2>
      {attempts.length === 0 ? (
        <div class="empty">
          <strong>Not tried yet</strong>
        </div>
      ) : (
        <Table label="Attempts" rows={attempts} columns={COLUMNS} keyOf={({ attempt }) => String(attempt)} />
      )}
      <h2>What is sent</h2>
      <Sent uid={uid} />
    </Page>
  );
}

function Sent({ uid }: { readonly uid: string }) {
  const { key } = useSession();
  const [sent, setSent] = useState<SentBody | null>(null);
  const [error, setError] = useState<ReturnType<typeof asError> | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    readSentBody(uid, key, ending.signal).then(setSent, (thrown: unknown) => {
      if (!ending.signal.aborted) setError(asError(thrown));
    });
    return () => ending.abort();
  }, [uid, key]);
  if (sent === null) return error === null ? <Loading rows={2} /> : <ErrorNotice error={error} />;
  return (
    <div class="stack">
      {Object.keys(sent.headers).length === 0 ? (
        <p class="hint">Signature headers are shown to keys with the scope manage.</p>
      ) : (
        <Code label="Signature headers" text={headerLines(sent.headers)} />
      )}
      <Code label="Body, byte for byte" text={sent.text} />
    </div>
  );
}
