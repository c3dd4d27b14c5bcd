import { settingsOf } from '../../infra/settings.ts';
import { LIMITS } from '../../shared/domain/limits.ts';
import { billOf } from '../../shared/domain/prices.ts';
import { USD_BY_METER, usdOf } from '../../shared/domain/usage-cost.ts';
import { NO_USAGE, type UsageCounts } from '../../shared/domain/usage-counts.ts';
import { FUNCTIONS } from '../../shared/functions.ts';

const DAY_S = 86_400;
const STAGES = ['dev', 'prod'] as const;
/** What one worker does a second where actions and receivers take 200 ms (infra/settings.ts, `workerConcurrency`). */
const PAGES_A_WORKER = 44;
const CALLBACKS_A_WORKER = 22;
/** Of an action that takes 200 ms, in batches of ten pages. */
const ACTION_S = 0.2 / 10;

/** To the internet, after the first 100 GB of a month (Amazon EC2 pricing, "Data transfer"). */
const EGRESS_USD_A_GB = 0.09;
const NOTHING = {
  writeUnits: 0,
  readUnits: 0,
  sqsRequests: 0,
  invocations: 0,
  objectPuts: 0,
  objectGets: 0,
  gbMs: 0,
  byteMonths: 0,
};

/** What one workspace at its default limits can cost in a day, as a table for infra/README. */
export function drawDay(): string {
  const columns = STAGES.map(rowsOf);
  const [first = []] = columns;
  const rows = first.map(({ what, rate }, at) => {
    const cells = columns.flatMap((rowsOfStage) => {
      const row = rowsOfStage[at];
      return [row === undefined ? '' : rate === null ? '' : `${row.rate}`, money(row?.usd ?? 0)];
    });
    return `| ${[what, ...cells].join(' | ')} |`;
  });
  const totals = columns.map((rowsOfStage) => rowsOfStage.reduce((sum, { usd }) => sum + usd, 0));
  return [
    '| what | dev, a second | dollars a day | prod, a second | dollars a day |',
    '|---|---|---|---|---|',
    ...rows,
    `| **together** | | **${money(totals[0] ?? 0)}** | | **${money(totals[1] ?? 0)}** |`,
    '',
    largestReads(),
  ].join('\n');
}

/** Of reads whose answers are as large as they may be. */
function largestReads(): string {
  const { perSecond } = settingsOf('prod').runtime.rateLimits.read;
  const bytes = perSecond * DAY_S * LIMITS.answerBytes;
  const reads = billOf({ ...NOTHING, readUnits: bytes / 4_096 / 2 }).total;
  const egress = (bytes / 1e9) * EGRESS_USD_A_GB;
  return `Reads whose answers are all as large as they may be, 4 MB: $${money(reads)} more for the table, and $${money(egress)} for ${Math.round(bytes / 1e12)} TB of egress.`;
}

interface Row {
  readonly what: string;
  readonly rate: number | null;
  readonly usd: number;
}

function rowsOf(stage: (typeof STAGES)[number]): readonly Row[] {
  const { runtime, workerConcurrency } = settingsOf(stage);
  const { live, launch, read, wait } = runtime.rateLimits;
  const pages = workerConcurrency.page * PAGES_A_WORKER;
  const callbacks = workerConcurrency.callback * CALLBACKS_A_WORKER;
  const row = (what: string, rate: number, usdADay: number): Row => ({ what, rate, usd: usdADay });
  return [
    row('live calls', live.perSecond, used({ liveCalls: live.perSecond, pages: live.perSecond })),
    row('launches, without their pages', launch.perSecond, used({ runs: launch.perSecond })),
    row('pages', pages, used({ pages }) + lambda(pages * ACTION_S, FUNCTIONS.page.memoryMb)),
    row('callbacks', callbacks, used({ callbacks })),
    row('reads', read.perSecond, read.perSecond * DAY_S * USD_BY_METER.call),
    row('calls that wait', wait.perSecond, lambda(wait.perSecond, FUNCTIONS.run.memoryMb)),
  ];
}

/** A day's usage at so many of each a second. */
function used(aSecond: Partial<UsageCounts>): number {
  const aDay = Object.entries(aSecond).map(([name, count]) => [name, count * DAY_S]);
  return usdOf({ ...NO_USAGE, ...Object.fromEntries(aDay) });
}

/** A day of so many invocations at work at once. */
function lambda(atOnce: number, memoryMb: number): number {
  return billOf({ ...NOTHING, gbMs: atOnce * DAY_S * 1_000 * (memoryMb / 1_024) }).total;
}

function money(usd: number): string {
  return usd < 100 ? usd.toFixed(2) : String(Math.round(usd));
}
