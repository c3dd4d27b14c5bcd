import { useEffect, useState } from 'preact/hooks';
import type { Bulk, BulkAction, CreateBulkBody } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Status } from '../design/status.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';
import { useSession } from '../session/session.ts';

const VERBS: readonly (readonly [BulkAction, string, string])[] = [
  ['retry', 'Retry what failed', 'retried'],
  ['cancel', 'Cancel', 'cancelled'],
  ['resume', 'Resume', 'resumed'],
  ['replay_callbacks', 'Replay failed callbacks', 'looked through for failed callbacks'],
];

const POLL_MS = 1_000;

/** One verb on all runs that pass the filters: first counted, then done. */
export function BulkDialog({
  filter,
  onClose,
}: {
  readonly filter: CreateBulkBody['filter'];
  readonly onClose: () => void;
}) {
  const { client } = useSession();
  const act = useAct();
  const { run } = act;
  const [action, setAction] = useState<BulkAction>('retry');
  const [bulk, setBulk] = useState<Bulk | null>(null);
  const isOver = bulk === null || bulk.status === 'FINISHED' || bulk.status === 'CANCELLED';

  useEffect(() => {
    if (bulk === null || isOver) return;
    const timer = setTimeout(() => {
      void run(async () => setBulk(await client.bulk.get(bulk.uid)));
    }, POLL_MS);
    return () => clearTimeout(timer);
  }, [bulk, isOver, client, run]);

  const start = (isDry: boolean): void =>
    void act.run(async () => setBulk(await client.bulk.start({ action, filter, dry_run: isDry })));
  const [, , done] = VERBS.find(([verb]) => verb === action) ?? ['', '', 'done'];

  return (
    <Dialog title="Act on all runs that pass the filters" onClose={onClose}>
      <fieldset>
        <legend class="unseen">What to do</legend>
        {VERBS.map(([verb, title]) => (
          <label key={verb}>
            <input
              type="radio"
              name="bulk-action"
              checked={verb === action}
              onChange={() => {
                setAction(verb);
                setBulk(null);
              }}
            />{' '}
            {title}
          </label>
        ))}
      </fieldset>
      <ErrorNotice error={act.error} />
      {bulk === null ? (
        <p class="muted">Nothing changes before you have seen how many runs this is.</p>
      ) : (
        <BulkState bulk={bulk} done={done} />
      )}
      <p class="buttons">
        {bulk === null || bulk.dry_run ? (
          <Button isBusy={act.isBusy || !isOver} onClick={() => start(true)}>
            Count them
          </Button>
        ) : null}
        {bulk !== null && bulk.dry_run && isOver ? (
          <Button kind="primary" isDisabled={bulk.matched === 0} isBusy={act.isBusy} onClick={() => start(false)}>
            Do it to {bulk.matched?.toLocaleString('en') ?? 'all'} runs
          </Button>
        ) : null}
        <Button onClick={onClose}>Close</Button>
      </p>
    </Dialog>
  );
}

function BulkState({ bulk, done }: { readonly bulk: Bulk; readonly done: string }) {
  const matched = bulk.matched?.toLocaleString('en') ?? '…';
  if (bulk.dry_run) {
    return (
      <p role="status">
        <strong>{matched}</strong> runs match. Those whose status does not allow it are left out, and told afterwards.
      </p>
    );
  }
  return (
    <div class="stack" role="status">
      <p>
        <Status status={bulk.status} /> {bulk.done.toLocaleString('en')} of {matched} {done}
        {bulk.failed === 0 ? null : `, ${bulk.failed.toLocaleString('en')} could not be`}.
      </p>
      {bulk.failures.map(({ run_uid: uid, message }) => (
        <p key={uid} class="hint">
          <Link href={hrefOf(`/runs/${uid}`)}>{uid}</Link>: {message}
        </p>
      ))}
    </div>
  );
}
