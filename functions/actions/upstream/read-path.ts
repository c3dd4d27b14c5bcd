import { isLosslessNumber } from '../../../shared/domain/lossless-json.ts';
import { linkByRel } from './link-list.ts';

/** A step in brackets: an index of a list (`[0]`), or a key in quotes (`["odata.count"]`, `['a b']`). */
const BRACKETED = /^\[(?:(-?\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/s;

/** A plain step: everything up to a dot or a step in brackets. */
const PLAIN = /^(?:[^.[]|\[(?!-?\d+\]|["']))*/;

/** The form of paths, for descriptions. */
export const PATH_FORM = 'dots part keys, [0] is the first of a list and [-1] its last, ["a.b"] a key that has dots';

/**
 * The value at a path (`data.items`, `data[-1].id`, `["odata.meta"].next`) of a JSON value; undefined if there is none.
 * A key that equals the whole rest of the path is tried first, so that `@odata.nextLink` needs no brackets. In a list
 * of links a key is a relation: `links.next` finds `[{"rel":"next","href":…}]`.
 */
export function readPath(value: unknown, path: string): unknown {
  let here = value;
  for (let rest: string | null = path; rest !== null;) {
    if (typeof here !== 'object' || here === null || isLosslessNumber(here)) return undefined;
    if (Object.hasOwn(here, rest)) return Reflect.get(here, rest);
    const [key, after]: readonly [string, string | null] = firstStep(rest);
    const own = Array.isArray(here) && /^-\d+$/.test(key) ? String(here.length + Number(key)) : key;
    if (Object.hasOwn(here, own)) here = Reflect.get(here, own);
    else here = Array.isArray(here) ? linkByRel(here, own) : undefined;
    if (here === undefined) return undefined;
    rest = after;
  }
  return here;
}

function firstStep(path: string): readonly [key: string, rest: string | null] {
  const bracketed = BRACKETED.exec(path);
  const plain = bracketed === null ? (PLAIN.exec(path)?.[0] ?? '') : '';
  const key = bracketed === null ? plain : (bracketed[1] ?? unescape(bracketed[2] ?? bracketed[3] ?? ''));
  const rest = path.slice((bracketed?.[0] ?? plain).length);
  if (rest === '') return [key, null];
  return [key, rest.startsWith('.') ? rest.slice(1) : rest];
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
