import { useState } from 'preact/hooks';
import type { UsageRow } from '../../../shared/client/trireme.ts';
import { usePoll } from '../data/use-poll.ts';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Table } from '../design/table.tsx';
import { useSession } from '../session/session.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;
const COUNTED = ['pages', 'outputs', 'runs', 'callbacks'] as const;
const TITLES = { pages: 'Pages', outputs: 'Results', runs: 'Runs', callbacks: 'Callbacks' } as const;

/** What the workspace used in the last thirty days: as bars by day, and by action as a table. */
export function Usage() {
  const { client } = useSession();
  const [counted, setCounted] = useState<(typeof COUNTED)[number]>('pages');
  const to = new Date().toISOString().slice(0, 10);
  const from = new Date(Date.now() - (DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  const { data, error, reload } = usePoll(
    async (signal) => ({
      days: await client.usage({ from, to, by: 'day' }, { signal }),
      actions: await client.usage({ from, to, by: 'action' }, { signal }),
    }),
    { id: `usage ${from}`, everyMs: 60_000 },
  );
  if (data === null) return error === null ? <Loading /> : <ErrorNotice error={error} onRetry={reload} />;
  return (
    <div class="stack">
      {data.actions.length === 0 ? (
        <div class="empty">
          <strong>Nothing was used in the last {DAYS} days</strong>
          <span>What ended shows here after some hours at most.</span>
        </div>
      ) : (
        <>
          <div class="choice" role="radiogroup" aria-label="Count">
            {COUNTED.map((one) => (
              <label key={one}>
                <input type="radio" name="counted" checked={one === counted} onChange={() => setCounted(one)} />
                {TITLES[one]}
              </label>
            ))}
          </div>
          <Bars from={from} rows={data.days} counted={counted} />
          <Table
            label="Usage by action"
            rows={data.actions}
            keyOf={({ action_name: name }) => name ?? ''}
            columns={[
              { name: 'Action', cell: ({ action_name: name }) => name ?? 'all' },
              ...(['runs', 'live_calls', 'pages', 'outputs', 'callbacks'] as const).map((name) => ({
                name: name.replace('_', ' ').replace('outputs', 'results'),
                isNumber: true,
                cell: (row: UsageRow) => row[name].toLocaleString('en'),
              })),
              {
                name: 'About',
                isNumber: true,
                cell: ({ estimated_usd: usd }) => (usd > 0 && usd < 0.0001 ? 'under $0.0001' : `$${usd.toFixed(4)}`),
              },
            ]}
          />
        </>
      )}
    </div>
  );
}

function Bars({
  from,
  rows,
  counted,
}: {
  readonly from: string;
  readonly rows: readonly UsageRow[];
  readonly counted: (typeof COUNTED)[number];
}) {
  const days = Array.from({ length: DAYS }, (_, index) => {
    const day = new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10);
    return { day, count: rows.find((row) => row.day === day)?.[counted] ?? 0 };
  });
  const most = Math.max(1, ...days.map(({ count }) => count));
  const sum = days.reduce((total, { count }) => total + count, 0);
  return (
    <svg
      class="chart"
      viewBox="0 0 900 140"
      role="img"
      aria-label={`${TITLES[counted]} by day: ${sum.toLocaleString('en')} in ${DAYS} days, at most ${most.toLocaleString('en')} a day`}
    >
      <line x1="0" x2="900" y1="120.5" y2="120.5" />
      {days.map(({ day, count }, index) => {
        const height = (105 * count) / most;
        return (
          <rect key={day} x={index * 30 + 4} y={120 - height} width="22" height={height}>
            <title>{`${day} (UTC): ${count.toLocaleString('en')}`}</title>
          </rect>
        );
      })}
      <text x="2" y="135">
        {days[0]?.day}
      </text>
      <text x="898" y="135" text-anchor="end">
        {days.at(-1)?.day}
      </text>
      <text x="2" y="10">
        {most.toLocaleString('en')}
      </text>
    </svg>
  );
}
