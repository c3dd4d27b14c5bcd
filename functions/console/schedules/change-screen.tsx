import { useRef } from 'preact/hooks';
import type { Action, Schedule, ScheduleHandle } from '../../../shared/client/trireme.ts';
import { useActions } from '../actions/use-actions.ts';
import { localTextOf } from '../data/instants.ts';
import { usePoll } from '../data/use-poll.ts';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Page } from '../design/page.tsx';
import { type Draft, draftAfter, emptyDraft, MAX_TAKEN } from '../new-run/draft.ts';
import { NewRunForm } from '../new-run/new-run-form.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';
import { useSession } from '../session/session.ts';

interface Read {
  readonly handle: ScheduleHandle;
  readonly schedule: Schedule;
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
}

/** Changes a schedule: its times, its inputs, where results go. */
export function ChangeScheduleScreen({ uid }: { readonly uid: string }) {
  const { client } = useSession();
  const { data: actions, error: noActions, reload: readActions } = useActions();
  const { data, error, reload } = usePoll(
    async (signal): Promise<Read> => {
      const handle = await client.schedules.get(uid, { signal });
      const schedule = handle.state;
      const isShown = schedule.inputs_total <= MAX_TAKEN;
      return { handle, schedule, inputs: isShown ? await handle.inputs({ signal }).all() : [] };
    },
    // Read once: what is typed is not to change under the reader's hands.
    { id: uid, isOver: () => true },
  );
  const action = actions?.find(({ name }) => name === data?.schedule.action_name);
  return (
    <Page title="Change a schedule">
      <p>
        <Link href={hrefOf(`/schedules/${uid}`)}>{data?.schedule.name ?? 'Back to the schedule'}</Link>
      </p>
      <ErrorNotice error={error} onRetry={reload} />
      <ErrorNotice error={noActions} onRetry={readActions} />
      {data !== null && action !== undefined ? (
        <ChangeForm {...data} action={action} />
      ) : actions !== null && data !== null ? (
        <p class="fault">This deployment has no action {data.schedule.action_name} any more.</p>
      ) : error === null && noActions === null ? (
        <Loading rows={5} />
      ) : null}
    </Page>
  );
}

function ChangeForm({ action, handle, schedule, inputs }: Read & { readonly action: Action }) {
  const first = useRef<Draft | null>(null);
  first.current ??= draftOf(action, schedule, inputs);
  return <NewRunForm action={action} first={first.current} schedule={handle} />;
}

function draftOf(action: Action, schedule: Schedule, inputs: Read['inputs']): Draft {
  return draftAfter({ ...emptyDraft(action, 'schedule'), mode: 'schedule' }, schedule, inputs, {
    cron: schedule.cron ?? '',
    timezone: schedule.timezone,
    overlap: schedule.overlap,
    on_invalid_input: schedule.on_invalid_input,
    schedule_at: schedule.schedule_at === null ? '' : localTextOf(schedule.schedule_at),
  });
}
