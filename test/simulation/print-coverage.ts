import type { Coverage } from './coverage.ts';
import { ALL_FAULT_KINDS, FAULT_KINDS } from './fault-kinds.ts';
import { POINT_OUTCOMES } from './aim.ts';
import { findHoles, tableMoves } from './find-holes.ts';

/** The coverage of many histories as lines for a person. */
export function coverageLines(coverage: Coverage): readonly string[] {
  const table = (title: string, rows: readonly (readonly [string, number | string])[]): readonly string[] => [
    '',
    title,
    ...rows.map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`),
  ];
  const holes = findHoles(coverage);
  return [
    ...table('Scenarios', coverage.under('scenario:')),
    ...table(
      'Faults',
      ALL_FAULT_KINDS.map((kind) => [`${kind}: ${FAULT_KINDS[kind]}`, coverage.count(`fault:${kind}`)]),
    ),
    ...table(
      'Moves of a run',
      tableMoves().map((move) => [move, coverage.count(`move:${move}`)]),
    ),
    ...table('Verbs and their answers', coverage.under('verb:')),
    ...table('What dead letters came to', coverage.under('dead letter:')),
    ...table('What actions did', coverage.under('action:')),
    ...table(
      `Points where an invocation waits: times passed, then ${POINT_OUTCOMES.join(', ')}`,
      coverage.under('point:').map(([point, passed]) => {
        const counts = POINT_OUTCOMES.map((outcome) => coverage.count(`outcome:${point}:${outcome}`));
        return [`${point}: ${counts.join(', ')}`, passed];
      }),
    ),
    '',
    holes.length === 0 ? 'No holes.' : `Holes:\n${holes.map((hole) => `  ${hole}`).join('\n')}`,
  ];
}
