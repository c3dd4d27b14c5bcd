import type { Schedule, ScheduleStatus } from '../../../shared/client/trireme.ts';
import { useList } from '../data/use-list.ts';
import { Page } from '../design/page.tsx';
import { Status, statusWord } from '../design/status.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, setQuery } from '../routing/route.ts';
import { useSession } from '../session/session.ts';

const STATUSES: readonly ScheduleStatus[] = ['ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED'];

const COLUMNS: readonly Column<Schedule>[] = [
  { name: 'Status', cell: ({ status }) => <Status status={status} /> },
  {
    name: 'Schedule',
    cell: ({ uid, name, action_name: action }) => (
      <div class="cell-name">
        <Link href={hrefOf(`/schedules/${uid}`)}>
          <bdi>{name ?? action}</bdi>
        </Link>
        {name === null ? null : <span class="muted">{action}</span>}
      </div>
    ),
  },
  {
    name: 'Times',
    cell: ({ cron, timezone }) =>
      cron === null ? (
        <span class="muted">once</span>
      ) : (
        <div class="cell-name">
          <code>{cron}</code>
          <span class="muted">{timezone}</span>
        </div>
      ),
  },
  { name: 'Next', cell: ({ next_execution_at: at }) => <Time at={at} /> },
  {
    name: 'Last run',
    cell: ({ last_run_uid: run, last_executed_at: at }) =>
      run === null ? (
        <span class="muted">–</span>
      ) : (
        <Link href={hrefOf(`/runs/${run}`)}>
          <Time at={at} />
        </Link>
      ),
  },
  {
    name: 'Fired · skipped · missed',
    isNumber: true,
    cell: ({ counts }) => `${counts.fired} · ${counts.skipped} · ${counts.missed}`,
  },
];

export function SchedulesScreen({ query }: { readonly query: URLSearchParams }) {
  const { client, can } = useSession();
  const statuses = query.getAll('status');
  const list = useList(
    (signal) =>
      client.schedules.list(
        // cast: the API refuses what is no status
        { limit: 50, ...(statuses.length === 0 ? {} : { status: statuses as ScheduleStatus[] }) },
        { signal },
      ),
    { id: `schedules ${statuses.join()}`, keyOf: ({ uid }) => uid },
  );
  const toggle = (status: string): void =>
    setQuery({
      status: statuses.includes(status) ? statuses.filter((one) => one !== status) : [...statuses, status],
    });
  const newSchedule = hrefOf('/new', { mode: 'schedule' });
  return (
    <Page
      title="Schedules"
      actions={
        can('run') ? (
          <Link class="button-link" href={newSchedule}>
            New schedule
          </Link>
        ) : null
      }
    >
      <div class="chips" role="group" aria-label="Status">
        {STATUSES.map((status) => (
          <button
            key={status}
            type="button"
            class="chip"
            aria-pressed={statuses.includes(status)}
            onClick={() => toggle(status)}
          >
            {statusWord(status)}
          </button>
        ))}
      </div>
      <ListTable
        label="Schedules"
        list={list}
        columns={COLUMNS}
        keyOf={({ uid }) => uid}
        empty={
          <>
            <strong>{statuses.length === 0 ? 'No schedules yet' : 'No schedule passes the filter'}</strong>
            <span>A schedule starts a run at each time of a cron expression.</span>
          </>
        }
      />
    </Page>
  );
}
