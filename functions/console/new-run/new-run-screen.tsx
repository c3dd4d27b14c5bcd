import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Action } from '../../../shared/client/trireme.ts';
import { useActions } from '../actions/use-actions.ts';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Page } from '../design/page.tsx';
import { setQuery } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { type Draft, draftAfter, emptyDraft, MAX_TAKEN } from './draft.ts';
import { NewRunForm } from './new-run-form.tsx';

/** Starts a run or a schedule: the action, its inputs, and how. */
export function NewRunScreen({ query }: { readonly query: URLSearchParams }) {
  const { data: actions, error, reload } = useActions();
  const action = actions?.find(({ name }) => name === query.get('action')) ?? actions?.[0];
  const from = query.get('from');
  return (
    <Page title="New run">
      <ErrorNotice error={error} onRetry={reload} />
      {actions === null ? (
        error === null ? (
          <Loading rows={5} />
        ) : null
      ) : action === undefined ? (
        <p>This deployment has no action yet.</p>
      ) : (
        <>
          <div class="filters">
            <label class="field">
              <span class="label">Action</span>
              <select
                class="roomy"
                value={action.name}
                onChange={(event) => setQuery({ action: event.currentTarget.value, from: null })}
              >
                {actions.map(({ name, title }) => (
                  <option key={name} value={name}>
                    {title} ({name})
                  </option>
                ))}
              </select>
            </label>
          </div>
          <p class="muted">{action.description}</p>
          {from === null ? (
            <NewRunForm key={action.name} action={action} first={emptyDraft(action, query.get('mode'))} />
          ) : (
            <Again key={from} action={action} from={from} />
          )}
        </>
      )}
    </Page>
  );
}

/** The form with what an earlier run was started with. */
function Again({ action, from }: { readonly action: Action; readonly from: string }) {
  const { client } = useSession();
  const [first, setFirst] = useState<Draft | null>(null);
  const empty = useMemo(() => emptyDraft(action, null), [action]);
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const read = async (): Promise<void> => {
      const handle = await client.runs.get(from, { signal });
      const inputs = await handle.inputs({ limit: 500 }, { signal }).all(MAX_TAKEN);
      const whole = inputs.map(({ input_data: data, custom_data: custom }) =>
        custom === null ? data : { ...data, custom_data: custom },
      );
      const mode = handle.state.execution_mode === 'LIVE' ? ('live' as const) : ('async' as const);
      setFirst(draftAfter({ ...empty, mode }, handle.state, whole));
    };
    read().catch(() => {
      if (!signal.aborted) setFirst(empty);
    });
    return () => ending.abort();
  }, [client, from, empty]);
  return first === null ? <Loading /> : <NewRunForm action={action} first={first} />;
}
