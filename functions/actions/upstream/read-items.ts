import { isJsonObject, isLosslessNumber } from '../../../shared/domain/lossless-json.ts';
import type { JsonRecord } from '../../../shared/sdk/action.ts';
import { Permanent } from '../../../shared/sdk/action-errors.ts';
import { readPath } from './read-path.ts';

/**
 * The items of a page's body. Throws Permanent for anything but a list of objects. Null is an empty list after the
 * first page, because some encoders write it so; on the first page it is refused, as it may be a wrong path or an
 * error.
 */
export function readItems(
  body: unknown,
  path: string | undefined,
  page: { readonly what: string; readonly isFirst: boolean },
): JsonRecord[] {
  const list = path === undefined || (body === null && !page.isFirst) ? body : readPath(body, path);
  if (list === null && !page.isFirst) return [];
  const place = path === undefined ? 'the body' : path;
  if (!Array.isArray(list)) {
    const there = describe(list === undefined ? body : list);
    throw new Permanent(`${page.what} has no list at ${place}; there is ${there}`);
  }
  return list.map((item: unknown, at) => {
    if (isJsonObject(item)) return item;
    throw new Permanent(`${page.what}: item ${at} of ${place} is ${describe(item)}; an object is wanted`);
  });
}

function describe(value: unknown): string {
  if (isJsonObject(value)) return `an object with ${Object.keys(value).slice(0, 20).join(', ') || 'no properties'}`;
  if (isLosslessNumber(value)) return 'a number';
  return Array.isArray(value) ? 'a list' : `a ${value === null ? 'null' : typeof value}`;
}
