import { RUN_MOVES, RUN_STATUSES } from './run-status.ts';

/** The table of a run's moves as a Mermaid state diagram; each arrow has the names of its moves. */
export function drawMoves(): string {
  const arrows = RUN_STATUSES.flatMap((from) =>
    RUN_STATUSES.flatMap((to) => {
      const names = movesBetween(from, to);
      return names.length === 0 ? [] : [`  ${from} --> ${to}: ${names.join(', ')}`];
    }),
  );
  const ends = RUN_STATUSES.filter(
    (status) => !Object.values(RUN_MOVES).some((move) => isOneOf(move.from, status)),
  ).map((status) => `  ${status} --> [*]`);
  return ['stateDiagram-v2', '  [*] --> CREATED', ...arrows, ...ends].join('\n');
}

/** The table of a run's moves as Markdown: one row per move, with its meaning. */
export function listMoves(): string {
  const rows = Object.entries(RUN_MOVES).map(
    ([name, { from, to, what }]) => `| ${name} | ${from.join(', ')} | ${to} | ${what} |`,
  );
  return ['| move | from | to | when |', '|---|---|---|---|', ...rows].join('\n');
}

function movesBetween(from: string, to: string): readonly string[] {
  return Object.entries(RUN_MOVES)
    .filter(([, move]) => move.to === to && isOneOf(move.from, from))
    .map(([name]) => name);
}

function isOneOf(statuses: readonly string[], status: string): boolean {
  return statuses.includes(status);
}
