import { lastLines } from '../support/children.ts';
import type { ClientRun } from './client.ts';

/** Prints, for each client, what it did and what it could not do; then the errors at length. */
export function printTable(runs: readonly ClientRun[]): void {
  const rows = runs.flatMap(({ name, steps }) =>
    steps.map((step) => {
      const [mark, note] =
        'did' in step ? ['ok', step.did] : 'lacks' in step ? ['cannot', step.lacks] : ['FAILED', step.failed];
      return [name, step.step, mark, note.replaceAll(/\s+/g, ' ').slice(0, 120)];
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
  for (const { name, steps } of runs) {
    for (const step of steps) {
      if ('failed' in step) process.stdout.write(`\n${name}, ${step.step}:\n${lastLines(step.failed, 30)}\n`);
    }
  }
}
