/**
 * The part of CloudWatch Logs Insights that the stack's dashboard uses: `filter` by a text or by presence, `stats` by
 * fields or by bins of five minutes, `sort`. Throws for anything else, and for a field that no line has.
 */
export function runQuery(commands: readonly string[], lines: readonly unknown[]): readonly Row[] {
  const matched = matchingLines(commands, lines);
  const stats = commands.filter((command) => !/^(filter|sort) /.test(command));
  const [, aggregates = '', groups = ''] = /^stats (.+) by (.+)$/.exec(stats[0] ?? '') ?? [];
  if (stats.length !== 1 || aggregates === '') throw new Error(`${stats.join(' | ')} is not understood`);
  const columns = splitList(aggregates).map(readColumn);
  const keys = splitList(groups);
  const rows = Map.groupBy(matched, (line) => JSON.stringify(keys.map((key) => keyOf(key, line))));
  for (const field of [...columns.map(({ field }) => field), ...keys.filter((key) => key !== BIN)]) {
    if (field !== '*' && matched.every((line) => fieldOf(line, field) === undefined)) {
      throw new Error(`None of ${matched.length} lines has the field ${field}`);
    }
  }
  return Array.from(rows, ([key, ofKey]) => ({
    ...Object.fromEntries(
      columns.map(({ name, aggregate, field }) => [name, aggregate(valuesOf(ofKey, field), ofKey)]),
    ),
    key: JSON.parse(key),
  }));
}

/** A row of a result: its columns by name, and the values that it is grouped by. */
export type Row = Readonly<Record<string, unknown>> & { readonly key: readonly unknown[] };

/** The lines that the query's filters let through. */
export function matchingLines(commands: readonly string[], lines: readonly unknown[]): readonly unknown[] {
  const filters = commands.filter((command) => command.startsWith('filter ')).map((command) => command.slice(7));
  return lines.filter((line) => filters.every((filter) => passes(filter, line)));
}

function passes(filter: string, line: unknown): boolean {
  const [, field = '', wanted] = /^([\w.@]+) = "([^"]*)"$/.exec(filter) ?? [];
  if (wanted !== undefined) return fieldOf(line, field) === wanted;
  const [, present] = /^ispresent\(([\w.@]+)\)$/.exec(filter) ?? [];
  if (present === undefined) throw new Error(`the filter ${filter} is not understood`);
  return fieldOf(line, present) !== undefined;
}

const BIN = 'bin(5m)';
type Aggregate = (values: readonly unknown[], lines: readonly unknown[]) => unknown;

function readColumn(text: string): { readonly name: string; readonly field: string; readonly aggregate: Aggregate } {
  const [, call = '', field = '', percentile = '', name = ''] =
    /^(\w+)\(([\w.@*]+)(?:, (\d+))?\) as (\w+)$/.exec(text) ?? [];
  switch (call) {
    case 'count':
      return { name, field, aggregate: (_, lines) => lines.length };
    case 'count_distinct':
      return { name, field, aggregate: (values) => new Set(values).size };
    case 'sum':
      return { name, field, aggregate: (values) => values.map(Number).reduce((sum, value) => sum + value, 0) };
    case 'max':
      return { name, field, aggregate: (values) => Math.max(...values.map(Number)) };
    case 'latest':
      return { name, field, aggregate: (values) => values.at(-1) };
    case 'pct':
      return { name, field, aggregate: (values) => percentileOf(values.map(Number), Number(percentile)) };
    default:
      throw new Error(`the column ${text} is not understood`);
  }
}

function percentileOf(values: readonly number[], percentile: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)];
}

function splitList(text: string): readonly string[] {
  return text.split(/, (?!\d)/);
}

function keyOf(key: string, line: unknown): unknown {
  if (key !== BIN) return fieldOf(line, key);
  return Math.floor(Date.parse(String(fieldOf(line, '@timestamp'))) / 300_000);
}

function valuesOf(lines: readonly unknown[], field: string): readonly unknown[] {
  return lines.map((line) => fieldOf(line, field)).filter((value) => value !== undefined && value !== null);
}

/** A field by its path, as Logs Insights finds it in a line of JSON. */
function fieldOf(line: unknown, path: string): unknown {
  const names = path === '@timestamp' ? ['timestamp'] : path.split('.');
  return names.reduce<unknown>((at, name) => Object(at)[name], line);
}
