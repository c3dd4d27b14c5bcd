import { useRef, useState } from 'preact/hooks';
import { hasEnded, type RunDetail, type RunHandle } from '../../../shared/client/trireme.ts';
import { usePoll } from '../data/use-poll.ts';
import { Uid, Url, WholeUid } from '../design/copy.tsx';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { Facts, Page } from '../design/page.tsx';
import { Status } from '../design/status.tsx';
import { Tabs } from '../design/tabs.tsx';
import { spanText, Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';
import { ProgressBar, progressText } from '../runs/progress.tsx';
import { useSession } from '../session/session.ts';
import { RunCallbacks } from './run-callbacks.tsx';
import { RunCode } from './run-code.tsx';
import { RunHistory } from './run-history.tsx';
import { RunInputs } from './run-inputs.tsx';
import { RunLogs } from './run-logs.tsx';
import { isSettled } from './run-part.ts';
import { RunResults } from './run-results.tsx';
import { RunVerbs } from './run-verbs.tsx';
import { addSample, reckon, type Sample } from './reckon.ts';

/** One run: how far it is, why it waits, what it gave, and what can be done with it. */
export function RunScreen({ uid, query }: { readonly uid: string; readonly query: URLSearchParams }) {
  const { client } = useSession();
  const handle = useRef<RunHandle | null>(null);
  const samples = useRef<readonly Sample[]>([]);
  const [shown, setShown] = useState(0);
  const { data, error, reload } = usePoll(
    async (signal) => {
      handle.current ??= await client.runs.get(uid, { signal });
      const run = await handle.current.refresh({ signal });
      const { succeeded, failed, stopped } = run.inputs;
      samples.current = addSample(samples.current, { at: Date.now(), done: succeeded + failed + stopped });
      return { run, handle: handle.current };
    },
    { id: `${uid} ${shown}`, everyMs: 1_000, isOver: ({ run }) => isSettled(run) },
  );
  /** After a verb the run may move again, and what was over is read anew. */
  const onChanged = (): void => setShown((count) => count + 1);
  if (data === null) {
    return (
      <Page title="Run">
        <ErrorNotice error={error} onRetry={reload} />
        {error === null ? <Loading rows={5} /> : null}
      </Page>
    );
  }
  const { run } = data;
  const part = { run, handle: data.handle, onChanged };
  return (
    <Page
      name={`Run ${run.name ?? run.action_name}`}
      title={
        <>
          <bdi>{run.name ?? run.action_name}</bdi> <Status status={run.status} />
        </>
      }
      actions={<RunVerbs {...part} />}
    >
      <ErrorNotice error={error} onRetry={reload} />
      <Reason run={run} />
      <Progress run={run} samples={samples.current} />
      <RunFacts run={run} />
      <Tabs
        label="Parts of the run"
        current={query.get('tab')}
        tabs={[
          { id: 'results', title: 'Results', count: run.output_count, body: () => <RunResults {...part} /> },
          { id: 'inputs', title: 'Inputs', count: run.inputs.total, body: () => <RunInputs {...part} query={query} /> },
          {
            id: 'callbacks',
            title: 'Callbacks',
            count: run.callbacks.total,
            body: () => <RunCallbacks {...part} query={query} />,
          },
          { id: 'logs', title: 'Logs', body: () => <RunLogs {...part} query={query} /> },
          { id: 'history', title: 'History', body: () => <RunHistory run={run} /> },
          { id: 'code', title: 'Same call', body: () => <RunCode {...part} /> },
        ]}
      />
    </Page>
  );
}

function Reason({ run }: { readonly run: RunDetail }) {
  const { status_reason: reason, last_error: error, last_info: info } = run;
  return (
    <>
      {reason === null ? null : (
        <Notice kind="wait">
          {hasEnded(run) ? <strong>Ended: </strong> : null}
          {reason.message}
          {reason.retry_at === null ? null : (
            <>
              {' '}
              Until <Time at={reason.retry_at} isFull isDue />.
            </>
          )}{' '}
          <span class="muted">
            {reason.code}, since <Time at={reason.since} />
          </span>
          {reason.code === 'CONCURRENCY_LIMIT' ? (
            <>
              {' '}
              <Link href={hrefOf('/runs', { status: 'RUNNING' })}>Show those at work</Link>
            </>
          ) : null}
          {reason.blocking_uids.map((blocking) => (
            <span key={blocking}>
              {' '}
              <Link href={hrefOf(`/runs/${blocking}`)}>
                <Uid uid={blocking} />
              </Link>
            </span>
          ))}
        </Notice>
      )}
      {error === null ? null : (
        <Notice kind="bad">
          {run.inputs.failed > 1 ? 'The last of the errors: ' : null}
          <strong>{error.error_label}</strong> {error.message}
          {(error.validation_errors ?? []).length < 2
            ? null
            : (error.validation_errors ?? []).map(({ path, message }) => (
                <span key={path} class="hint">
                  <br />
                  <code>{path}</code> {message}
                </span>
              ))}
        </Notice>
      )}
      {info === null ? null : <Notice>{info.message}</Notice>}
    </>
  );
}

function Progress({ run, samples }: { readonly run: RunDetail; readonly samples: readonly Sample[] }) {
  const { inputs, started_at: startedAt } = run;
  const pace = run.status === 'RUNNING' ? reckon(samples, inputs.total) : null;
  return (
    <div class="card" aria-live="polite">
      <div class="progress-line">
        <span>
          <strong>{progressText(inputs)}</strong>
          {inputs.failed === 0 ? null : (
            <>
              {' · '}
              <Link href={hrefOf(`/runs/${run.uid}`, { tab: 'inputs', input: 'FAILED' })}>Show the failed ones</Link>
            </>
          )}
        </span>
        <span class="muted">
          {pace === null
            ? run.finished_at !== null && startedAt !== null
              ? `took ${spanText(Date.parse(run.finished_at) - Date.parse(startedAt))}`
              : `${inputs.running.toLocaleString('en')} at work, ${inputs.pending.toLocaleString('en')} to come`
            : `${pace.rate.toFixed(1)} inputs/s${pace.restMs === null ? '' : `, about ${spanText(pace.restMs)} to go`}`}
        </span>
      </div>
      <ProgressBar inputs={inputs} />
      <div class="progress-line muted">
        <span>{run.output_count.toLocaleString('en')} results</span>
        {run.callback === null ? (
          <span>no callbacks</span>
        ) : (
          <span>
            {run.callbacks.delivered.toLocaleString('en')} of {run.callbacks.total.toLocaleString('en')} callbacks
            delivered
            {run.callbacks.failed === 0 ? null : (
              <>
                <strong class="fault"> · {run.callbacks.failed.toLocaleString('en')} failed</strong>
                {' · '}
                <Link href={hrefOf(`/runs/${run.uid}`, { tab: 'callbacks', undelivered: 'true' })}>Show them</Link>
              </>
            )}
          </span>
        )}
      </div>
    </div>
  );
}

function RunFacts({ run }: { readonly run: RunDetail }) {
  const schedule = run.scheduled_run_uid;
  return (
    <Facts
      facts={[
        [
          'Action',
          <Link key="action" href={hrefOf(`/actions/${run.action_name}`)}>
            {run.action_name}
          </Link>,
        ],
        ['Mode', run.execution_mode === 'LIVE' ? 'live' : 'async'],
        ['Created', <Time key="created" at={run.created_at} isFull />],
        ['Started', <Time key="started" at={run.started_at} isFull />],
        ['Ended', <Time key="ended" at={run.finished_at} isFull />],
        ['Attempt', String(run.attempt)],
        ['Run', <WholeUid key="uid" uid={run.uid} />],
        ...(schedule === null
          ? []
          : [
              [
                'Schedule',
                <Link key="schedule" href={hrefOf(`/schedules/${schedule}`)}>
                  {run.scheduled_run_name ?? schedule}
                </Link>,
              ] as const,
            ]),
        ...(run.callback === null ? [] : [['Callbacks to', <Url key="callback" url={run.callback.url} />] as const]),
        ...(run.tags.length === 0 ? [] : [['Tags', <bdi key="tags">{run.tags.join(', ')}</bdi>] as const]),
        ...(Object.keys(run.parameters).length === 0
          ? []
          : [['Parameters', <code key="parameters">{JSON.stringify(run.parameters)}</code>] as const]),
      ]}
    />
  );
}
