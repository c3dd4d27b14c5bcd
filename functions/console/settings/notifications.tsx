import { useState } from 'preact/hooks';
import { type Notifications as Target, type NotificationType, TriremeError } from '../../../shared/client/trireme.ts';
import { CALLBACK_COLUMNS } from '../callbacks/callback-columns.tsx';
import { useAct } from '../data/use-act.ts';
import { useList } from '../data/use-list.ts';
import { usePoll } from '../data/use-poll.ts';
import { Button } from '../design/button.tsx';
import { headersOf } from '../design/header-lines.ts';
import { Field } from '../design/field.tsx';
import { HeadersField } from '../design/headers-field.tsx';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { ListTable } from '../design/table.tsx';
import { faultAt } from '../new-run/faults.ts';
import { useSession } from '../session/session.ts';

const TYPES: readonly (readonly [NotificationType, string])[] = [
  ['run.failed', 'a run failed'],
  ['run.stopped_by_deadline', 'a run was stopped by its deadline'],
  ['schedule.missed', 'a time of a schedule was missed'],
  ['schedule.skipped', 'the third time of a schedule in a row was skipped'],
  ['receiver.away', 'a receiver is away'],
  ['receiver.back', 'a receiver is back'],
  ['quota.reached', 'a quota is reached'],
];

/** Where the workspace is notified and of what, and what was sent there. */
export function Notifications() {
  const { client } = useSession();
  const [shown, setShown] = useState(0);
  const { data, error, reload } = usePoll(
    async (signal) => ({ target: await client.notifications.get({ signal }).catch(noneIfNotFound) }),
    { id: `notifications ${shown}`, everyMs: 60_000 },
  );
  const list = useList((signal) => client.notifications.list({ limit: 10 }, { signal }), {
    id: 'deliveries',
    keyOf: ({ uid }) => uid,
    everyMs: 10_000,
  });
  if (data === null) return error === null ? <Loading /> : <ErrorNotice error={error} onRetry={reload} />;
  return (
    <div class="stack">
      <TargetForm
        key={data.target?.updated_at ?? 'none'}
        target={data.target}
        onChanged={() => setShown((count) => count + 1)}
      />
      <ListTable
        label="Notifications"
        list={list}
        columns={CALLBACK_COLUMNS}
        keyOf={({ uid }) => uid}
        empty={<span>Nothing was sent yet</span>}
      />
    </div>
  );
}

function noneIfNotFound(error: unknown): null {
  if (error instanceof TriremeError && error.is('NOT_FOUND')) return null;
  throw error;
}

function TargetForm({ target, onChanged }: { readonly target: Target | null; readonly onChanged: () => void }) {
  const { client } = useSession();
  const act = useAct();
  const [url, setUrl] = useState(target?.url ?? '');
  const [on, setOn] = useState<readonly NotificationType[]>(target?.on ?? TYPES.map(([type]) => type));
  const [headers, setHeaders] = useState('');
  const [isWithout, setWithout] = useState(false);
  const errors = act.error?.validationErrors ?? [];
  const hasHeaders = target?.has_headers === true && target.url === url;
  const does = (work: () => Promise<unknown>): void =>
    void act.run(async () => {
      await work();
      onChanged();
    });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        // Without the field, headers that were set with this URL stay.
        const given = headersOf(headers) ?? (isWithout ? {} : undefined);
        does(() => client.notifications.put({ url, on, headers: given }));
      }}
    >
      <Field id="notify-url" label="URL" hint="Signed like callbacks." fault={faultAt(errors, 'url')}>
        {(control) => (
          <input
            {...control}
            type="url"
            required
            placeholder="https://"
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        )}
      </Field>
      <HeadersField
        text={headers}
        hint={
          hasHeaders
            ? 'Some are set, and are not shown. Empty: they stay as they are.'
            : 'One a line, sent with each notification; kept encrypted and not shown again.'
        }
        fault={faultAt(errors, 'headers')}
        onText={setHeaders}
      />
      {hasHeaders && headers.trim() === '' ? (
        <label>
          <input type="checkbox" checked={isWithout} onChange={(event) => setWithout(event.currentTarget.checked)} />{' '}
          Remove the headers that are set
        </label>
      ) : null}
      <fieldset>
        <legend>Tell it when</legend>
        {TYPES.map(([type, title]) => (
          <label key={type}>
            <input
              type="checkbox"
              checked={on.includes(type)}
              onChange={() => setOn(on.includes(type) ? on.filter((one) => one !== type) : [...on, type])}
            />{' '}
            {title} <code class="muted">{type}</code>
          </label>
        ))}
      </fieldset>
      {errors.length === 0 ? <ErrorNotice error={act.error} /> : null}
      <div class="buttons">
        <Button isSubmit isBusy={act.isBusy} isDisabled={on.length === 0}>
          {target === null ? 'Notify' : 'Save'}
        </Button>
        {target === null ? null : (
          <Button kind="danger" isBusy={act.isBusy} onClick={() => does(() => client.notifications.delete())}>
            Notify no more
          </Button>
        )}
      </div>
    </form>
  );
}
