import { useState } from 'preact/hooks';
import { hasEnded, type Run } from '../../../shared/client/trireme.ts';
import { useList } from '../data/use-list.ts';
import { Button } from '../design/button.tsx';
import { Uid } from '../design/copy.tsx';
import { Page } from '../design/page.tsx';
import { Status } from '../design/status.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { spanText, Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { ProgressBar, progressText } from './progress.tsx';
import { filterOf, listQueryOf } from './run-filter.ts';
import { RunFilters } from './run-filters.tsx';

const COLUMNS: readonly Column<Run>[] = [
  { name: 'Status', cell: ({ status }) => <Status status={status} /> },
  { name: 'Run', cell: (run) => <RunName run={run} /> },
  { name: 'Why', cell: (run) => <Why run={run} /> },
  {
    name: 'Inputs',
    cell: ({ inputs }) => (
      <div class="small-progress" title={progressText(inputs)}>
        <span>
          {(inputs.succeeded + inputs.failed + inputs.stopped).toLocaleString('en')} /{' '}
          {inputs.total?.toLocaleString('en') ?? '?'}
          {inputs.failed === 0 ? null : <span class="fault"> · {inputs.failed.toLocaleString('en')} failed</span>}
        </span>
        <ProgressBar inputs={inputs} />
      </div>
    ),
  },
  { name: 'Results', isNumber: true, cell: ({ output_count: count }) => count.toLocaleString('en') },
  { name: 'Created', cell: ({ created_at: at }) => <Time at={at} /> },
  {
    name: 'Took',
    isNumber: true,
    cell: ({ started_at: from, finished_at: to }) =>
      from === null || to === null ? <span class="muted">–</span> : spanText(Date.parse(to) - Date.parse(from)),
  },
];

/** The runs of the workspace. Filters are in the address; each row says why it waits. */
export function RunsScreen({ query }: { readonly query: URLSearchParams }) {
  const { client, can } = useSession();
  const [isBulkOpen, setBulkOpen] = useState(false);
  const listQuery = listQueryOf(query);
  const isFiltered = Object.keys(filterOf(query)).length > 0;
  const list = useList((signal) => client.runs.list(listQuery, { signal }), {
    id: JSON.stringify(listQuery),
    keyOf: ({ uid }) => uid,
    // New runs may come at any time, but nothing that is shown changes once all have ended.
    everyMs: 3_000,
  });
  return (
    <Page
      title="Runs"
      actions={
        can('run') ? (
          <>
            <Button isDisabled={!isFiltered} onClick={() => setBulkOpen(true)}>
              {isFiltered ? 'Act on all of these…' : 'Filter to act on many'}
            </Button>
            <Link class="button-link" href={hrefOf('/new')}>
              New run
            </Link>
          </>
        ) : null
      }
    >
      <RunFilters query={query} />
      <ListTable
        label="Runs"
        list={list}
        columns={COLUMNS}
        keyOf={({ uid }) => uid}
        empty={isFiltered ? <NothingFound /> : <NothingYet mayRun={can('run')} />}
      />
      {isBulkOpen ? <BulkDialog filter={filterOf(query)} onClose={() => setBulkOpen(false)} /> : null}
    </Page>
  );
}

function RunName({ run }: { readonly run: Run }) {
  return (
    <div class="cell-name run-name">
      <span class="chips">
        <Link href={hrefOf(`/runs/${run.uid}`)}>
          <bdi>{run.name ?? run.action_name}</bdi>
        </Link>
        {run.tags.map((tag) => (
          <bdi key={tag} class="tag">
            {tag}
          </bdi>
        ))}
      </span>
      <span class="muted">
        {run.name === null ? '' : `${run.action_name} · `}
        {run.execution_mode === 'LIVE' ? 'live · ' : run.scheduled_run_uid === null ? '' : 'by schedule · '}
        <Uid uid={run.uid} />
      </span>
    </div>
  );
}

/** Why it waits, or why it failed; long texts are whole on hover and on the run's own screen. */
function Why({ run }: { readonly run: Run }) {
  const { status_reason: reason, last_error: error } = run;
  if (reason !== null && !(hasEnded(run) && error !== null)) {
    return (
      <span class="reason" title={reason.message}>
        {reason.retry_at === null ? null : (
          <>
            Until <Time at={reason.retry_at} isDue />.{' '}
          </>
        )}
        {reason.message}
      </span>
    );
  }
  if (error === null) return <span class="muted">–</span>;
  return (
    <span class="reason" title={error.message}>
      {error.message}
    </span>
  );
}

function NothingFound() {
  return (
    <>
      <strong>No run passes these filters</strong>
      <span>A name or a tag has to be given as a whole.</span>
      <Link href={hrefOf('/runs')}>Show all runs</Link>
    </>
  );
}

function NothingYet({ mayRun }: { readonly mayRun: boolean }) {
  return (
    <>
      <strong>No runs yet</strong>
      <span>A run is one call of an action: live over one input, or in the background over many.</span>
      {mayRun ? (
        <Link class="button-link" href={hrefOf('/new')}>
          Start the first
        </Link>
      ) : (
        <span>This key may only read; one with the scope run starts them.</span>
      )}
    </>
  );
}
