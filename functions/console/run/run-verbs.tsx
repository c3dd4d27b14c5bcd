import { useState } from 'preact/hooks';
import { hasEnded } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Confirm } from '../design/dialog.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, navigate } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import type { RunPart } from './run-part.ts';

/** What can be done with the run as it is now, and with this key. */
export function RunVerbs({ run, handle, onChanged }: RunPart) {
  const { can } = useSession();
  const act = useAct();
  const [asks, setAsks] = useState<'cancel' | 'delete' | null>(null);
  const isAsync = run.execution_mode === 'ASYNC';
  const does = (work: () => Promise<unknown>): void =>
    void act.run(async () => {
      await work();
      setAsks(null);
      onChanged();
    });
  const remove = (): void =>
    void act.run(async () => {
      await handle.delete();
      navigate(hrefOf('/runs'));
    });
  const waits = run.status === 'BLOCKED' && run.status_reason?.code === 'DEPENDENCY';
  const mayRun = can('run') && isAsync;
  return (
    <>
      {mayRun && !hasEnded(run) ? <Button onClick={() => setAsks('cancel')}>Cancel</Button> : null}
      {mayRun && (run.status === 'STOPPED' || waits) ? (
        <Button kind="primary" isBusy={act.isBusy} onClick={() => does(() => handle.resume())}>
          {waits ? 'Start without waiting' : 'Resume'}
        </Button>
      ) : null}
      {mayRun && (run.status === 'FAILED' || run.status === 'PARTIAL_SUCCEEDED') ? (
        <Button kind="primary" isBusy={act.isBusy} onClick={() => does(() => handle.retry())}>
          Retry failed inputs
        </Button>
      ) : null}
      {mayRun && hasEnded(run) && run.callbacks.failed > 0 ? (
        <Button isBusy={act.isBusy} onClick={() => does(() => handle.replayCallbacks())}>
          Replay failed callbacks
        </Button>
      ) : null}
      {can('run') ? (
        <Link class="button" href={hrefOf('/new', { action: run.action_name, from: run.uid })}>
          Run again
        </Link>
      ) : null}
      {can('manage') && hasEnded(run) ? (
        <Button kind="danger" onClick={() => setAsks('delete')}>
          Delete
        </Button>
      ) : null}
      {asks === null ? <ErrorNotice error={act.error} /> : null}
      {asks === 'cancel' ? (
        <Confirm
          title="Cancel this run?"
          verb="Cancel the run"
          act={act}
          onConfirm={() => does(() => handle.cancel())}
          onClose={() => setAsks(null)}
        >
          Inputs that have not ended stop. Results stay, and the run can be resumed where it was.
        </Confirm>
      ) : null}
      {asks === 'delete' ? (
        <Confirm
          title="Delete this run?"
          verb="Delete for good"
          act={act}
          onConfirm={remove}
          onClose={() => setAsks(null)}
        >
          Inputs, results and callbacks are gone within the hour and cannot be brought back. Usage stays counted.
        </Confirm>
      ) : null}
    </>
  );
}
