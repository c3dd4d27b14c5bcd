import { type AttributeValue, type Item, type Path, valueAt } from './item.ts';

interface Selection {
  value: AttributeValue | undefined;
  readonly members: Map<string | number, Selection>;
}

/**
 * The parts of an item that the paths name, nested as in the item; chosen list elements keep their order without gaps.
 */
export function projectItem(item: Item, paths: readonly Path[]): Item {
  const root: Selection = { value: undefined, members: new Map() };
  for (const path of paths) {
    const value = valueAt(item, path);
    if (value === undefined) continue;
    let place = root;
    for (const step of path) {
      let next = place.members.get(step);
      if (next === undefined) {
        next = { value: undefined, members: new Map() };
        place.members.set(step, next);
      }
      place = next;
    }
    place.value = value;
  }
  return membersToMap(root);
}

function toValue(selection: Selection): AttributeValue {
  if (selection.value !== undefined) return selection.value;
  const steps = [...selection.members.keys()];
  if (!steps.every((step) => typeof step === 'number')) return { M: membersToMap(selection) };
  const ordered = [...selection.members].sort(([a], [b]) => Number(a) - Number(b));
  return { L: ordered.map(([, member]) => toValue(member)) };
}

function membersToMap(selection: Selection): Item {
  return Object.fromEntries([...selection.members].map(([name, member]) => [String(name), toValue(member)]));
}
