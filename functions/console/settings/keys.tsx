import { useState } from 'preact/hooks';
import type { ApiKey, NewApiKey, Scope } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { usePoll } from '../data/use-poll.ts';
import { Button } from '../design/button.tsx';
import { Code } from '../design/copy.tsx';
import { Confirm } from '../design/dialog.tsx';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice, Notice } from '../design/notice.tsx';
import { Table } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { useSession } from '../session/session.ts';

const SCOPES: readonly Scope[] = ['read', 'run', 'manage', 'admin'];

/** The workspace's keys: to make one, and to delete one. */
export function Keys() {
  const { client, me } = useSession();
  const act = useAct();
  const [made, setMade] = useState<NewApiKey | null>(null);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const { data, error, reload } = usePoll((signal) => client.keys.list({ signal }), {
    id: 'keys',
    everyMs: 30_000,
  });
  if (data === null) return error === null ? <Loading /> : <ErrorNotice error={error} onRetry={reload} />;
  const remove = ({ uid }: ApiKey): void =>
    void act.run(async () => {
      await client.keys.delete(uid);
      setLeaving(null);
      reload();
    });
  return (
    <div class="stack">
      <Table
        label="API keys"
        rows={data}
        keyOf={({ uid }) => uid}
        columns={[
          {
            name: 'Label',
            cell: ({ uid, label }) => (
              <>
                {label} {uid === me.key.uid ? <span class="tag">this one</span> : null}
              </>
            ),
          },
          { name: 'May', cell: ({ scopes }) => scopes.join(', ') },
          { name: 'Made', cell: ({ created_at: at }) => <Time at={at} /> },
          { name: 'Last used', cell: ({ last_used_at: at }) => (at === null ? 'never' : at.slice(0, 10)) },
          { name: 'Expires', cell: ({ expires_at: at }) => (at === null ? 'never' : <Time at={at} />) },
          {
            name: 'Delete',
            cell: (key) => (
              <Button kind="quiet" onClick={() => setLeaving(key)}>
                Delete<span class="unseen"> {key.label}</span>
              </Button>
            ),
          },
        ]}
      />
      <NewKey
        onMade={(key) => {
          setMade(key);
          reload();
        }}
      />
      {made === null ? null : (
        <Notice>
          <strong>{made.label}</strong> is made. This is the only time that it is shown:
          <Code label="The new key" text={made.key} />
        </Notice>
      )}
      {leaving === null ? (
        <ErrorNotice error={act.error} />
      ) : (
        <Confirm
          title={`Delete the key ${leaving.label}?`}
          verb="Delete the key"
          act={act}
          onConfirm={() => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          Whoever calls with it is refused within a minute.
        </Confirm>
      )}
    </div>
  );
}

function NewKey({ onMade }: { readonly onMade: (key: NewApiKey) => void }) {
  const { client, can } = useSession();
  const act = useAct();
  const [label, setLabel] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault();
        void act.run(async () => {
          onMade(await client.keys.create({ label, scopes }));
          setLabel('');
        });
      }}
    >
      <label class="field">
        <span class="label">Label of a new key</span>
        <input required maxLength={80} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
      </label>
      {SCOPES.filter(can).map((scope) => (
        <label key={scope}>
          <input
            type="checkbox"
            checked={scopes.includes(scope)}
            onChange={() =>
              setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope])
            }
          />{' '}
          {scope}
        </label>
      ))}
      <Button isSubmit isBusy={act.isBusy} isDisabled={scopes.length === 0}>
        Make a key
      </Button>
      <ErrorNotice error={act.error} />
    </form>
  );
}
