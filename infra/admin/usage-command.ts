import { csvLine } from '../../shared/api/csv.ts';
import { usageView } from '../../shared/api/usage/view.ts';
import { dayEnd, dayOf, dayStart } from '../../shared/domain/usage.ts';
import { readUsage } from '../../shared/engine/usage/read-usage.ts';
import { type CommandValues, JSON_OPTION, type StageCommand, UsageError } from './command.ts';
import type { StageAccess } from './stage-access.ts';

/** Everything, however long it takes. */
const NO_BUDGET = { runs: Infinity, until: Infinity } as const;
const COLUMNS = ['runs', 'live_calls', 'pages', 'outputs', 'callbacks', 'estimated_usd'] as const;

export const USAGE_COMMAND: StageCommand = {
  name: 'usage',
  help: 'Prints what each workspace used in a month (UTC), by action. A run counts on the day of its creation, once it has ended.',
  options: {
    month: { value: 'YYYY-MM', required: true, help: 'the month, such as 2026-11' },
    csv: { value: null, help: 'print CSV' },
    json: JSON_OPTION,
  },
  examples: ['usage --month 2026-11 --stage prod --region eu-west-1', 'usage --month 2026-11 --csv > usage.csv'],
  run: printUsage,
};

async function printUsage(stage: StageAccess, values: CommandValues): Promise<string> {
  const span = spanOf(values.needed('month'));
  const rows: Record<string, unknown>[] = [];
  for (const { uid, name } of await stage.workspaces.listWorkspaces()) {
    const { days } = await readUsage(stage.usage, uid, span, NO_BUDGET);
    for (const { day: _day, ...row } of usageView(days, 'action'))
      rows.push({ workspace: name, workspace_uid: uid, ...row });
  }
  if (values.flag('json')) return JSON.stringify(rows);
  if (values.flag('csv')) {
    const columns = ['workspace', 'workspace_uid', 'action_name', ...COLUMNS];
    return [columns, ...rows.map((row) => columns.map((column) => row[column]))].map(csvLine).join('').trimEnd();
  }
  if (rows.length === 0) return `No workspace has used anything in ${values.needed('month')}.`;
  return rows.map(describe).join('\n');
}

/** The days of a month. Throws UsageError. */
function spanOf(month: string): { readonly from: string; readonly to: string } {
  if (!/^20\d\d-(0[1-9]|1[0-2])$/.test(month)) {
    throw new UsageError(`--month is ${month}; allowed: a year and a month such as 2026-11`);
  }
  const from = `${month}-01`;
  // 31 days on is in the next month, whatever the month; the day before its first is the last of this one.
  const next = dayOf(dayEnd(dayOf(dayStart(from) + 30 * 86_400_000))).slice(0, 7);
  return { from, to: dayOf(dayStart(`${next}-01`) - 1) };
}

function describe(row: Record<string, unknown>): string {
  const counts = COLUMNS.map((column) => `${column.replace('_', ' ')} ${String(row[column])}`);
  return `${String(row['workspace'])}  ${String(row['action_name'])}  ${counts.join(', ')}`;
}
