import { hasEnded, type InputStatus, type RunInput } from '../../../shared/client/trireme.ts';
import { useList } from '../data/use-list.ts';
import { Value } from '../design/copy.tsx';
import { Status, statusWord } from '../design/status.tsx';
import { type Column, ListTable } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf, setQuery } from '../routing/route.ts';
import type { RunPart } from './run-part.ts';

const STATUSES: readonly InputStatus[] = [
  'FAILED',
  'RUNNING',
  'SCHEDULED',
  'QUEUED',
  'CREATED',
  'STOPPED',
  'SUCCEEDED',
];

const COLUMNS: readonly Column<RunInput>[] = [
  { name: '#', isNumber: true, cell: ({ index }) => index },
  { name: 'Status', cell: ({ status }) => <Status status={status} /> },
  {
    name: 'Input',
    cell: ({ input_data: data }) => (
      <code>
        <Value value={data} />
      </code>
    ),
  },
  { name: 'Error', cell: (input) => <Fault input={input} /> },
  { name: 'Results', isNumber: true, cell: ({ output_count: count }) => count.toLocaleString('en') },
  { name: 'Retries', isNumber: true, cell: ({ retry_count: count }) => count },
  { name: 'Ended', cell: ({ finished_at: at }) => <Time at={at} /> },
];

/** The inputs, each with how it ended and why it failed. */
export function RunInputs({ run, handle, query }: RunPart & { readonly query: URLSearchParams }) {
  const status = query.get('input') as InputStatus | null; // cast: the API refuses what is no status
  const list = useList(
    (signal) => handle.inputs({ limit: 100, ...(status === null ? {} : { status: [status] }) }, { signal }),
    {
      id: `inputs ${run.uid} ${run.attempt} ${status}`,
      keyOf: ({ uid }) => uid,
      isOver: () => hasEnded(run),
    },
  );
  return (
    <>
      <div class="chips" role="group" aria-label="Status of the inputs">
        {STATUSES.map((one) => (
          <button
            key={one}
            type="button"
            class="chip"
            aria-pressed={one === status}
            onClick={() => setQuery({ input: one === status ? null : one })}
          >
            {statusWord(one)}
          </button>
        ))}
      </div>
      <ListTable
        label="Inputs"
        list={list}
        columns={COLUMNS}
        keyOf={({ uid }) => uid}
        empty={<strong>{status === null ? 'No inputs are laid out yet' : `No input is ${statusWord(status)}`}</strong>}
      />
    </>
  );
}

function Fault({ input }: { readonly input: RunInput }) {
  const { last_error: error, last_info: info, postponed_until: until } = input;
  if (error !== null) {
    return (
      <div class="cell-name">
        <span>
          <strong>{error.error_label}</strong> {error.message}
        </span>
        {/* A single one is what the message says. */}
        {(error.validation_errors ?? []).length < 2
          ? null
          : (error.validation_errors ?? []).map(({ path, message }) => (
              <span key={path} class="hint">
                <code>{path}</code> {message}
              </span>
            ))}
        <Link href={hrefOf(location.pathname.slice('/console'.length), { tab: 'logs', index: String(input.index) })}>
          Its log
        </Link>
      </div>
    );
  }
  if (until !== null) {
    return (
      <span>
        Waits until <Time at={until} />
      </span>
    );
  }
  return info === null ? <span class="muted">–</span> : <span class="muted">{info.message}</span>;
}
