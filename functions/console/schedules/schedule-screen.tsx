import { useRef, useState } from 'preact/hooks';
import type { Fire, Schedule, ScheduleHandle } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { useList } from '../data/use-list.ts';
import { usePoll } from '../data/use-poll.ts';
import { Button } from '../design/button.tsx';
import { Json, Uid } from '../design/copy.tsx';
import { Confirm } from '../design/dialog.tsx';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { Facts, Page } from '../design/page.tsx';
import { Status } from '../design/status.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, navigate } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { CronPreview } from './cron-preview.tsx';
import { FourWeeks } from './four-weeks.tsx';

const FIRES: readonly Column<Fire>[] = [
  { name: 'Outcome', cell: ({ outcome }) => <Status status={outcome} /> },
  { name: 'Due', cell: ({ nominal_at: at }) => <Time at={at} isFull /> },
  { name: 'Came', cell: ({ at }) => <Time at={at} isFull /> },
  { name: 'By', cell: ({ cause }) => cause },
  { name: 'Why', cell: ({ reason }) => (reason === null ? <span class="muted">–</span> : reason.message) },
  {
    name: 'Run',
    cell: ({ run_uid: uid }) =>
      uid === null ? (
        <span class="muted">–</span>
      ) : (
        <Link href={hrefOf(`/runs/${uid}`)}>
          <Uid uid={uid} />
        </Link>
      ),
  },
];

/** One schedule: its next times, what became of the past ones, and its verbs. */
export function ScheduleScreen({ uid }: { readonly uid: string }) {
  const { client } = useSession();
  const handle = useRef<ScheduleHandle | null>(null);
  const [shown, setShown] = useState(0);
  const { data, error, reload } = usePoll(
    async (signal) => {
      handle.current ??= await client.schedules.get(uid, { signal });
      return { schedule: await handle.current.refresh({ signal }), handle: handle.current };
    },
    { id: `${uid} ${shown}`, isOver: ({ schedule }) => isFinal(schedule) },
  );
  if (data === null) {
    return (
      <Page title="Schedule">
        <ErrorNotice error={error} onRetry={reload} />
        {error === null ? <Loading /> : null}
      </Page>
    );
  }
  const { schedule } = data;
  return (
    <Page
      name={`Schedule ${schedule.name ?? schedule.action_name}`}
      title={
        <>
          <bdi>{schedule.name ?? schedule.action_name}</bdi> <Status status={schedule.status} />
        </>
      }
      actions={<ScheduleVerbs {...data} onChanged={() => setShown((count) => count + 1)} />}
    >
      <ErrorNotice error={error} onRetry={reload} />
      {schedule.status_reason === null ? null : <Notice kind="wait">{schedule.status_reason.message}</Notice>}
      <Facts
        facts={[
          [
            'Action',
            <Link key="action" href={hrefOf(`/actions/${schedule.action_name}`)}>
              {schedule.action_name}
            </Link>,
          ],
          ['Cron', schedule.cron === null ? 'once' : <code key="cron">{schedule.cron}</code>],
          ['Time zone', schedule.timezone],
          ['Next', <Time key="next" at={schedule.next_execution_at} isFull />],
          ['Overlap', schedule.overlap],
          ['Inputs', schedule.inputs_total.toLocaleString('en')],
          [
            'Fired · skipped · missed',
            `${schedule.counts.fired} · ${schedule.counts.skipped} · ${schedule.counts.missed}`,
          ],
          ...(schedule.callback === null ? [] : [['Callbacks to', schedule.callback.url] as const]),
          ...(schedule.tags.length === 0 ? [] : [['Tags', schedule.tags.join(', ')] as const]),
        ]}
      />
      {schedule.cron !== null && schedule.status === 'ACTIVE' ? (
        <div class="two">
          <section class="stack">
            <h2>Next ten times</h2>
            <CronPreview cron={schedule.cron} timezone={schedule.timezone} />
          </section>
          <section class="stack">
            <h2>Four weeks</h2>
            <FourWeeks cron={schedule.cron} timezone={schedule.timezone} />
          </section>
        </div>
      ) : null}
      <h2>Past times</h2>
      <Fires {...data} />
      <details>
        <summary>Inputs and parameters</summary>
        <Json label="Inputs" value={{ inputs: schedule.inputs, parameters: schedule.parameters }} />
      </details>
    </Page>
  );
}

function isFinal({ status }: Schedule): boolean {
  return status === 'CANCELLED' || status === 'COMPLETED';
}

interface SchedulePart {
  readonly schedule: Schedule;
  readonly handle: ScheduleHandle;
}

function Fires({ schedule, handle }: SchedulePart) {
  const list = useList((signal) => handle.fires({ limit: 50 }, { signal }), {
    id: `fires ${schedule.uid} ${schedule.counts.fired + schedule.counts.skipped + schedule.counts.missed}`,
    keyOf: ({ uid }) => uid,
    isOver: () => isFinal(schedule),
  });
  return (
    <ListTable
      label="Past times"
      list={list}
      columns={FIRES}
      keyOf={({ uid }) => uid}
      empty={<strong>No time of this schedule has come yet</strong>}
    />
  );
}

function ScheduleVerbs({ schedule, handle, onChanged }: SchedulePart & { readonly onChanged: () => void }) {
  const { can } = useSession();
  const act = useAct();
  const [isAsking, setAsking] = useState(false);
  if (!can('manage') || isFinal(schedule)) return null;
  const does = (work: () => Promise<unknown>): void =>
    void act.run(async () => {
      await work();
      setAsking(false);
      onChanged();
    });
  const trigger = (): void => void act.run(async () => navigate(hrefOf(`/runs/${(await handle.trigger()).uid}`)));
  return (
    <>
      {schedule.status === 'ACTIVE' ? (
        <>
          <Button kind="primary" isBusy={act.isBusy} onClick={trigger}>
            Run now
          </Button>
          <Button isBusy={act.isBusy} onClick={() => does(() => handle.pause())}>
            Pause
          </Button>
        </>
      ) : (
        <Button kind="primary" isBusy={act.isBusy} onClick={() => does(() => handle.resume())}>
          Resume
        </Button>
      )}
      <Link class="button" href={hrefOf(`/schedules/${schedule.uid}/change`)}>
        Change
      </Link>
      <Button kind="danger" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {isAsking ? (
        <Confirm
          title="Delete this schedule?"
          verb="Delete the schedule"
          act={act}
          onConfirm={() => does(() => handle.cancel())}
          onClose={() => setAsking(false)}
        >
          It fires no more, and cannot be resumed. Its runs and its past times stay.
        </Confirm>
      ) : (
        <ErrorNotice error={act.error} />
      )}
    </>
  );
}
