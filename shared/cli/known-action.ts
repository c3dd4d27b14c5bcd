import { type Action, type Trireme, TriremeError } from '../client/trireme.ts';
import { CommandFailed } from './command-failed.ts';

/** An action of the deployment. Throws CommandFailed for a name that it does not have, with the nearest that it has. */
export async function knownAction(trireme: Trireme, name: string): Promise<Action> {
  try {
    return await trireme.action(name).describe();
  } catch (error) {
    if (!(error instanceof TriremeError && error.is('ACTION_NOT_FOUND', 'NOT_FOUND'))) throw error;
    const names = (await trireme.actions.list()).map((action) => action.name);
    const near = nearest(name, names);
    const hint = near === null ? `There are: ${names.join(', ')}.` : `Did you mean ${near}?`;
    throw new CommandFailed(1, `There is no action ${name}. ${hint}`, error);
  }
}

/** The name that differs least, by at most two fifths of its letters; null: none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  const [best] = names
    .map((other) => ({ other, distance: distanceOf(name, other) }))
    .toSorted((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= best.other.length * 0.4 ? best.other : null;
}

/** The Levenshtein distance: how many letters must be put in, taken out or changed. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
