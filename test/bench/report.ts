/** One figure of a bench, with what it is held against. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The number set for it; absent where the figure only explains another. */
  readonly target?: { readonly atMost: number } | { readonly atLeast: number };
  /** The same measure of the least that could be written, in the same run. */
  readonly baseline?: number;
}

/** What one bench found. */
export interface Report {
  readonly title: string;
  /** What was assumed and how it was measured. */
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
}

/** Tells how far a bench is, on stderr: stdout is the result. */
export type Progress = (message: string) => void;

/** Whether a figure reaches its target; null where it has none. */
export function isReached({ value, target }: Figure): boolean | null {
  if (target === undefined) return null;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

/** A report as a table for people. */
export function formatReport(report: Report): string {
  const lines = [['', 'measured', 'target', 'baseline'], ...report.figures.map(lineOf)];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const table = lines.map((line) => line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  '));
  return [report.title, ...report.notes.map((note) => `  ${note}`), ...table.map((line) => `  ${line.trimEnd()}`)].join(
    '\n',
  );
}

/** A figure on a line of its own, told before its report is whole. */
export function formatFigure(figure: Figure): string {
  const [what = '', measured = '', target = '', baseline = ''] = lineOf(figure);
  const further = [target, baseline === '' ? '' : `baseline ${baseline}`].filter((part) => part !== '');
  return [`${what}: ${measured}`, ...further].join(', ');
}

function lineOf(figure: Figure): string[] {
  const { what, value, unit, target, baseline } = figure;
  const reached = isReached(figure);
  const mark = reached === null ? '' : reached ? ' ok' : ' MISSED';
  const bound =
    target === undefined ? '' : 'atMost' in target ? `≤ ${short(target.atMost)}` : `≥ ${short(target.atLeast)}`;
  return [what, `${short(value)} ${unit}`.trim(), bound + mark, baseline === undefined ? '' : short(baseline)];
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function short(value: number): string {
  if (Math.abs(value) < 1) return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
  return value.toLocaleString('en-US', {
    maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3,
  });
}

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
