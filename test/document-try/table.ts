import type { ClientRun } from './client.ts';

/** Prints, for each client, what it did and what it could not do. */
export function printTable(runs: readonly ClientRun[]): void {
  const rows = runs.flatMap(({ name, steps }) =>
    steps.map((step) => {
      const [mark, note] =
        'did' in step ? ['ok', step.did] : 'lacks' in step ? ['cannot', step.lacks] : ['FAILED', step.failed];
      return [name, step.step, mark, note.replaceAll(/\s+/g, ' ').slice(0, 300)];
    }),
  );
  const table = [['client', 'step', '', ''], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
