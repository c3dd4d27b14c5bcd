import type { Action } from './action.ts';

/** The actions that a deployment offers, by name. */
export interface ActionRegistry {
  get(name: string): Action | null;
  /** Ordered by name. */
  list(): readonly Action[];
}

/** Some actions cannot be offered. The message has all faults, one a line, each with file and field. */
export class ActionRegistryError extends Error {
  override readonly name = 'ActionRegistryError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`the actions cannot be offered:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Checks all actions, given by file name, and returns those the stage offers: those that are not `optIn`, and the
 * `optIn` ones named in `offered`. Throws ActionRegistryError with all faults. `npm start` and a deployment both call
 * it.
 */
export function createRegistry(
  files: Readonly<Record<string, Action>>,
  options: { readonly offered?: readonly string[] } = {},
): ActionRegistry {
  const wanted = options.offered ?? [];
  const entries = Object.entries(files);
  const faults = [...entries.flatMap(([file, action]) => fileFaults(file, action)), ...duplicates(entries)];
  if (faults.length > 0) throw new ActionRegistryError(faults);
  const names = entries.map(([, action]) => action.name).toSorted();
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new ActionRegistryError(
      unknown.map((name) => `settings, offered: there is no action "${name}"; there are ${names.join(', ') || 'none'}`),
    );
  const offered = entries.map(([, action]) => action).filter(({ name, optIn }) => !optIn || wanted.includes(name));
  const byName = new Map(offered.map((action) => [action.name, action]));
  const list = offered.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { get: (name) => byName.get(name) ?? null, list: () => list };
}

function fileFaults(file: string, action: unknown): string[] {
  if (!isAction(action)) return [`${file}: exports no action made by defineAction`];
  try {
    return action.findFaults().map(({ path, message }) => `${file}${path === '' ? '' : `, ${path}`}: ${message}`);
  } catch (error) {
    return [`${file}: its definition cannot be checked: ${String(error)}`];
  }
}

function isAction(value: unknown): value is Action {
  return typeof value === 'object' && value !== null && 'findFaults' in value;
}

function duplicates(entries: readonly (readonly [string, unknown])[]): string[] {
  const firstFile = new Map<unknown, string>();
  return entries.flatMap(([file, action]) => {
    if (!isAction(action)) return [];
    const first = firstFile.get(action.name);
    if (first !== undefined) return [`${file}, name: "${action.name}" is already the name of ${first}`];
    firstFile.set(action.name, file);
    return [];
  });
}
