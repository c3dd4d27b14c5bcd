import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Action, ActionMode } from '../../../shared/client/trireme.ts';
import { useActions } from '../actions/use-actions.ts';
import { Loading } from '../design/loading.tsx';
import { Page } from '../design/page.tsx';
import { setQuery } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { isRecord } from '../run/columns.ts';
import type { Draft } from './draft.ts';
import { NewRunForm } from './new-run-form.tsx';
import { textOf } from './schema-fields.ts';

/** Starts a run or a schedule: the action, its inputs, and how. */
export function NewRunScreen({ query }: { readonly query: URLSearchParams }) {
  const actions = useActions();
  const action = actions?.find(({ name }) => name === query.get('action')) ?? actions?.[0];
  const from = query.get('from');
  return (
    <Page title="New run">
      {actions === null || action === undefined ? (
        <Loading />
      ) : (
        <>
          <div class="filters">
            <label class="field">
              <span class="label">Action</span>
              <select
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

/** Inputs of an earlier run that are taken along. */
const MAX_TAKEN = 1_000;

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
      setFirst(draftAfter(empty, handle.state, inputs));
    };
    read().catch(() => {
      if (!signal.aborted) setFirst(empty);
    });
    return () => ending.abort();
  }, [client, from, empty]);
  return first === null ? <Loading /> : <NewRunForm action={action} first={first} />;
}

function emptyDraft(action: Action, mode: string | null): Draft {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const order: readonly ActionMode[] = ['async', 'live', 'schedule'];
  return {
    mode: action.modes.find((one) => one === mode) ?? order.find((one) => action.modes.includes(one)) ?? 'async',
    isMany: false,
    input: {},
    json: '',
    many: '',
    parameters: {},
    options: { on: 'all', on_invalid_input: 'reject', overlap: 'skip', timezone: zone },
  };
}

function draftAfter(
  empty: Draft,
  run: {
    readonly execution_mode: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly name: string | null;
    readonly tags: readonly string[];
    readonly callback: { readonly url: string; readonly on: string } | null;
  },
  inputs: readonly {
    readonly input_data: Readonly<Record<string, unknown>>;
    readonly custom_data: Readonly<Record<string, unknown>> | null;
  }[],
): Draft {
  const whole = inputs.map(({ input_data: data, custom_data: custom }) =>
    custom === null ? data : { ...data, custom_data: custom },
  );
  const [only] = whole;
  const isMany = whole.length > 1 || (isRecord(only) && 'custom_data' in only);
  const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
  return {
    ...empty,
    mode: run.execution_mode === 'LIVE' ? 'live' : 'async',
    isMany,
    input: isMany || only === undefined ? {} : texts(only),
    json: isMany || only === undefined ? '' : JSON.stringify(only, null, 2),
    many: isMany ? whole.map((input) => JSON.stringify(input)).join('\n') : '',
    parameters: texts(run.parameters),
    options: {
      ...empty.options,
      name: run.name ?? '',
      tags: run.tags.join(', '),
      ...(run.callback === null ? {} : { callback: run.callback.url, on: run.callback.on }),
    },
  };
}
