import { statusWord } from '../design/status.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, setQuery } from '../routing/route.ts';
import { useActions } from '../actions/use-actions.ts';
import { RUN_STATUSES } from './run-filter.ts';

/** The filters of the list; each change is at once in the address. */
export function RunFilters({ query }: { readonly query: URLSearchParams }) {
  const { data: actions } = useActions();
  const statuses = query.getAll('status');
  const toggle = (status: string): void =>
    setQuery({
      status: statuses.includes(status) ? statuses.filter((one) => one !== status) : [...statuses, status],
    });
  return (
    <div class="stack" role="search">
      <div class="chips" role="group" aria-label="Status">
        {RUN_STATUSES.map((status) => (
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
      <div class="filters">
        <label class="field">
          <span class="label">Action</span>
          <select
            value={query.get('action') ?? ''}
            onChange={(event) => setQuery({ action: event.currentTarget.value })}
          >
            <option value="">Any</option>
            {(actions ?? []).map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span class="label">Mode</span>
          <select value={query.get('mode') ?? ''} onChange={(event) => setQuery({ mode: event.currentTarget.value })}>
            <option value="">Any</option>
            <option value="ASYNC">Async</option>
            <option value="LIVE">Live</option>
          </select>
        </label>
        <TextFilter name="name" title="Name" query={query} />
        <TextFilter name="tag" title="Tag" query={query} />
        <TextFilter name="after" title="Created after" type="datetime-local" query={query} />
        <TextFilter name="before" title="Created before" type="datetime-local" query={query} />
        {query.toString() === '' ? null : <Link href={hrefOf('/runs')}>Clear all</Link>}
      </div>
    </div>
  );
}

function TextFilter({
  name,
  title,
  type = 'search',
  query,
}: {
  readonly name: string;
  readonly title: string;
  readonly type?: 'search' | 'datetime-local';
  readonly query: URLSearchParams;
}) {
  const common = {
    name,
    value: query.get(name) ?? '',
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      setQuery({ [name]: event.currentTarget.value }),
  };
  return (
    <label class="field">
      <span class="label">{title}</span>
      {type === 'search' ? (
        <input type="search" placeholder={`The whole ${name}`} {...common} />
      ) : (
        <input type="datetime-local" {...common} />
      )}
    </label>
  );
}
