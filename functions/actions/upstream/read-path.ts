/** The value at a dotted path (`data.items`, `pages.0.next`) of a JSON value; undefined when there is none. */
export function readPath(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}
