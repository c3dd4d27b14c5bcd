import type { Coverage } from './coverage.ts';
import { ALL_FAULT_KINDS, FAULT_KINDS } from './fault-kinds.ts';
import { POINT_OUTCOMES } from './aim.ts';
import { findHoles, tableMoves } from './find-holes.ts';

/** The coverage of many histories, as lines to print. */
export function coverageLines(coverage: Coverage): readonly string[] {
  const table = (title: string, rows: readonly (readonly [string, number | string])[]): readonly string[] => [
    '',
    title,
    ...rows.map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`),
  ];
  const missing = findHoles(coverage);
  return [
    ...table('Histories by scenario', coverage.under('scenario:')),
    ...table(
      'Faults, and how often each was injected',
      ALL_FAULT_KINDS.map((kind) => [`${kind}: ${FAULT_KINDS[kind]}`, coverage.count(`fault:${kind}`)]),
    ),
    ...table(
      'Changes of run status',
      tableMoves().map((move) => [move, coverage.count(`move:${move}`)]),
    ),
    ...table('Verbs of callers, and the status they were answered with', coverage.under('verb:')),
    ...table('Outcomes of dead letters, by kind of message', coverage.under('dead letter:')),
    ...table('What the simulated upstreams did', coverage.under('action:')),
    ...table(
      `Calls of each function: how often made, then how often with ${POINT_OUTCOMES.join(', ')}`,
      coverage.under('point:').map(([point, passed]) => {
        const counts = POINT_OUTCOMES.map((outcome) => coverage.count(`outcome:${point}:${outcome}`));
        return [`${point}: ${counts.join(', ')}`, passed];
      }),
    ),
    '',
    missing.length === 0
      ? 'Everything that must be covered was covered.'
      : `Not covered, though it must be:\n${missing.map((name) => `  ${name}`).join('\n')}`,
  ];
}
