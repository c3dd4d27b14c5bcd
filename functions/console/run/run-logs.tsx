import { hasEnded, type RunLogLine } from '../../../shared/client/trireme.ts';
import { useList } from '../data/use-list.ts';
import { type Column, ListTable } from '../design/table.tsx';
import { Time } from '../design/time.tsx';
import { setQuery } from '../routing/route.ts';
import type { RunPart } from './run-part.ts';

const COLUMNS: readonly Column<RunLogLine>[] = [
  { name: 'Time', cell: ({ at }) => <Time at={at} isFull /> },
  { name: '#', isNumber: true, cell: ({ input_index: index }) => index },
  { name: 'Page', isNumber: true, cell: ({ page }) => page },
  { name: 'Attempt', isNumber: true, cell: ({ attempt }) => attempt },
  { name: 'Level', cell: ({ level }) => <span class={level === 'error' ? 'fault' : 'muted'}>{level}</span> },
  {
    name: 'Message',
    cell: ({ message, data, error }) => (
      <div class="cell-name">
        <span>
          {error === null ? null : <strong>{error.error_label} </strong>}
          {message}
        </span>
        {data === null ? null : <code class="muted">{JSON.stringify(data)}</code>}
      </div>
    ),
  },
];

/** Failed attempts and the lines that the action logged, of all inputs or of one. */
export function RunLogs({ run, handle, query }: RunPart & { readonly query: URLSearchParams }) {
  const index = query.get('index');
  const list = useList(
    (signal) => handle.logs({ limit: 100, ...(index === null ? {} : { input_index: Number(index) }) }, { signal }),
    {
      id: `logs ${run.uid} ${run.attempt} ${index}`,
      keyOf: ({ at, input_index: input, page, attempt, message }) => `${at} ${input} ${page} ${attempt} ${message}`,
      isOver: () => hasEnded(run),
    },
  );
  return (
    <>
      <div class="filters">
        <label class="field">
          <span class="label">Input number</span>
          <input
            type="number"
            min="0"
            value={index ?? ''}
            placeholder="all"
            onChange={(event) => setQuery({ index: event.currentTarget.value })}
          />
        </label>
      </div>
      <ListTable
        label="Logs"
        list={list}
        columns={COLUMNS}
        keyOf={({ at, input_index: input, page, attempt, message }) => `${at} ${input} ${page} ${attempt} ${message}`}
        empty={
          <>
            <strong>Nothing was logged</strong>
            <span>Failed attempts show here, and what the action writes with ctx.log.</span>
          </>
        }
      />
    </>
  );
}
